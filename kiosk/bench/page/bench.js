// The bench page: draws /about once and /state every second; sends wishes to /do.
const one = (id) => document.getElementById(id);
const DEVICES = {
  card_reader: { title: "Card reader", verbs: [["Take card", "take", {}]] },
  code_scanner: { title: "Code scanner", verbs: [] },
  receipt_printer: {
    title: "Receipt printer",
    verbs: [
      ["Take paper", "take", {}],
      ["Open cover", "fail", { cover: true }],
      ["Close cover", "fail", { cover: false }],
      ["Paper low", "put", { paper: "low" }],
      ["Paper out", "put", { paper: "out" }],
      ["New roll", "put", { paper: "full" }],
    ],
  },
};

function trouble(text) {
  one("trouble").textContent = text;
  one("trouble").hidden = !text;
}

async function wish(role, verb, rest = {}) {
  try {
    const answer = await fetch("/do", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Bench": "1" },
      body: JSON.stringify({ role, verb, ...rest }),
    });
    const told = await answer.json();
    trouble(answer.ok ? "" : told.error);
  } catch {
    trouble("The world does not answer. Has it been stopped?");
  }
  refresh();
}

function button(label, act, quiet = true) {
  const made = document.createElement("button");
  made.textContent = label;
  made.className = quiet ? "quiet" : "";
  made.addEventListener("click", act);
  return made;
}

function drawPeople(people) {
  one("people").replaceChildren(
    ...people.map((person) => {
      const row = one("person").content.cloneNode(true);
      row.querySelector(".name").textContent = person.name;
      row.querySelector(".what").textContent = person.note.en;
      row.querySelector("[data-verb=card]").addEventListener("click", () => wish("card_reader", "put", { person: person.id }));
      row.querySelector("[data-verb=code]").addEventListener("click", () => wish("code_scanner", "put", { person: person.id }));
      return row;
    }),
  );
}

function drawDevices() {
  one("devices").replaceChildren(
    ...Object.entries(DEVICES).map(([role, device]) => {
      const row = document.createElement("div");
      row.className = "device";
      const words = document.createElement("div");
      const title = document.createElement("h3");
      title.textContent = device.title;
      const state = document.createElement("p");
      state.className = "state";
      state.id = `state-${role}`;
      words.append(title, state);
      const keys = document.createElement("div");
      keys.className = "keys";
      keys.append(...device.verbs.map(([label, verb, rest]) => button(label, () => wish(role, verb, rest))));
      keys.append(button("Unplug", () => wish(role, "unplug")), button("Plug in", () => wish(role, "plug")));
      row.append(words, keys);
      return row;
    }),
  );
}

function drawState(role, state) {
  const line = one(`state-${role}`);
  const word = document.createElement("b");
  const plugged = !state.error && state.wire?.plugged !== false;
  word.textContent = state.error ? "not there" : plugged ? "plugged in" : "unplugged";
  word.className = plugged ? "" : "off";
  const facts = ["card", "paper", "cover", "condition", "armed"]
    .filter((name) => state[name] !== undefined && state[name] !== null && typeof state[name] !== "object")
    .map((name) => ` · ${name}: ${state[name]}`);
  line.replaceChildren(word, facts.join(""));
}

let papers = "";
function drawReceipts(names) {
  if (names.join() === papers) return;
  papers = names.join();
  one("receipts").replaceChildren(
    ...names.map((name) => {
      const picture = new Image();
      picture.src = `/receipts/${name}.png`;
      picture.alt = `Printed paper ${name}`;
      return picture;
    }),
  );
}

function drawOrders(orders, phone) {
  one("payments").hidden = orders.length === 0;
  one("orders").replaceChildren(
    ...orders.map((order) => {
      const row = document.createElement("li");
      const words = document.createElement("div");
      words.textContent = `¥${(order.amount_fen / 100).toFixed(2)}`;
      const note = document.createElement("span");
      note.textContent = "Scan the code on the touchscreen with the phone page, or pay here.";
      words.append(note);
      row.append(words, button("Open on the phone", () => window.open(`${phone}/phone/pay?order=${order.token}`, "_blank", "noreferrer"), false));
      return row;
    }),
  );
}

let phone = "";
async function refresh() {
  try {
    const state = await (await fetch("/state")).json();
    for (const [role, device] of Object.entries(state.devices)) drawState(role, device);
    drawReceipts(state.receipts);
    drawOrders(state.orders, phone);
    if (state.fallen) trouble(`${state.fallen} has ended by itself: see its log.`);
  } catch {
    trouble("The world does not answer. Has it been stopped?");
  }
}

async function touchscreen(address, size) {
  if (!address) {
    one("panel").innerHTML = '<p class="empty">The kiosk is the window on your own display.</p>';
    return;
  }
  one("panel").style.aspectRatio = `${size[0]} / ${size[1]}`;
  const { default: RFB } = await import("/novnc/core/rfb.js");
  const connect = () => {
    one("panel").replaceChildren();
    const remote = new RFB(one("panel"), address);
    remote.scaleViewport = true;
    remote.background = "transparent";
    remote.addEventListener("disconnect", () => setTimeout(connect, 1500));
  };
  connect();
}

const about = await (await fetch("/about")).json();
phone = about.phone;
one("phone").href = phone;
drawPeople(about.people);
drawDevices();
touchscreen(about.touchscreen, about.size);
refresh();
setInterval(refresh, 1000);
