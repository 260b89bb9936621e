// The bench page: draws /about once and follows /state; what a person does goes to /do.
// Everything is drawn once and then only changed where the world changed, so that nothing moves under a hand.
import { follow as followDevices, build as buildDevices } from "/static/devices.js";
import { build as buildPeople, follow as followPeople } from "/static/people.js";
import { follow as followPaper, build as buildPaper } from "/static/paper.js";
import { touchscreen } from "/static/touchscreen.js";
import { one, put, trouble, whenDone, wish } from "/static/wish.js";

const EVERY = 700; // ms between two looks at the world
const KIOSK = {
  open: ["Kiosk open", "good"],
  starting: ["Kiosk starts …", "warn"],
  off: ["Kiosk has no power", "bad"],
  ended: ["Kiosk has ended", "bad"],
};

let about = null;
let titles = "";

function followKiosk(state) {
  const [label, tone] = KIOSK[state.kiosk];
  put(one("kiosk"), label);
  one("kiosk").className = `pill ${tone}`;
  const runs = state.kiosk === "open" || state.kiosk === "starting";
  put(one("power"), runs ? "Pull the kiosk’s plug" : "Switch the kiosk on");
  one("power").dataset.verb = runs ? "unplug" : "plug";
  one("dark").hidden = state.kiosk === "open";
  put(one("dark"), state.kiosk === "open" ? "" : `${label}.`.replace("….", "…"));
}

function followFallen(parts) {
  const words = parts.map((part) => `${part.name} has ended by itself (${part.how}). Its log: ${part.log}`);
  if (words.join("\n") === titles) return;
  titles = words.join("\n");
  one("fallen").replaceChildren(...words.map((line) => put(document.createElement("li"), line)));
}

async function look() {
  let state;
  try {
    state = await (await fetch("/state", { cache: "no-store" })).json();
  } catch {
    document.body.classList.add("stopped");
    put(one("kiosk"), "World stopped").className = "pill bad";
    one("power").disabled = true;
    trouble("The world has been stopped. This page goes on when `make run` is started again.");
    return;
  }
  if (document.body.classList.contains("stopped") || state.world !== about.phone) return location.reload();
  followKiosk(state);
  followFallen(state.fallen);
  followPeople(state);
  followDevices(state, about.people);
  followPaper(state, about.people);
}

async function keepLooking() {
  if (!document.hidden) await look();
  setTimeout(keepLooking, EVERY);
}

about = await (await fetch("/about", { cache: "no-store" })).json();
one("phone").href = about.phone;
one("power").addEventListener("click", () => wish("kiosk", one("power").dataset.verb));
buildPeople(about);
buildDevices();
buildPaper();
whenDone(look);
touchscreen(about.touchscreen, about.size);
await keepLooking();
document.body.classList.remove("loading");
