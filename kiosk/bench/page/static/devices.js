// The devices at the other end of the cables: what they say of themselves, their plugs, their faults.
import { fill, nameOf, one, put, wish } from "/static/wish.js";

// Value -> label, arguments of `fail`; a far end has one fault at a time.
const CABLE = {
  silent: ["Does not answer"],
  slow: ["Answers two seconds late", { seconds: 2 }],
  garble: ["Two bytes of each answer are wrong", { bytes: 2 }],
  split: ["Answers byte by byte"],
  duplicate: ["Says everything twice"],
};
const DEVICES = {
  card_reader: {
    title: "Card reader",
    says: (device, name) =>
      device.card ? (name ? `${name}’s card lies on it.` : "A card lies on it.") : "No card lies on it.",
    faults: {
      moved: ["The card leaves while it is read"],
      unreadable: ["The card cannot be read"],
      rejected: ["The card refuses the reader"],
      sam_failed: ["Security module fails its self-test"],
      not_authorised: ["Security module is not authorised"],
    },
    keys: [{ label: "Take card", verb: "take", possible: (device) => device.card }],
  },
  code_scanner: {
    title: "Code scanner",
    says: (device, name) =>
      device.code
        ? `${name || "Somebody"} holds up a code.`
        : device.looking
          ? "It looks for a code."
          : "Nothing is held in front of it.",
    faults: {},
    keys: [{ label: "Put code away", verb: "take", possible: (device) => device.code }],
  },
  receipt_printer: {
    title: "Receipt printer",
    says: (device) =>
      device.cover
        ? "The cover is open."
        : device.paper === "out"
          ? "The roll is empty."
          : `Paper for ${device.lines_left.toLocaleString("en")} lines${device.offline ? "; it does not print" : ""}.`,
    faults: {
      cover: ["Cover open"],
      cover_after: ["Cover opens after 5 more lines", { lines: 5 }],
      paper_out_after: ["Paper runs out after 5 more lines", { lines: 5 }],
      silent_after: ["Goes silent after 5 more lines", { lines: 5 }],
      restart_after: ["Power blinks after 5 more lines", { lines: 5 }],
      cutter: ["Cutter jams at the next cut"],
      head_hot: ["Print head too hot"],
      offline: ["Offline"],
      no_ack: ["Does not acknowledge"],
      slow_print: ["Prints slowly", { ms: 200 }],
    },
    keys: [
      {
        label: (device) => (device.cover ? "Close cover" : "Open cover"),
        verb: "fail",
        rest: (device) => ({ mode: device.cover ? "none" : "cover" }),
      },
      { group: [["Full roll", "full"], ["Low", "low"], ["Out", "out"]], title: "Paper", verb: "put", of: "paper" },
    ],
  },
};

const drawn = new Map();

export function build() {
  for (const [role, device] of Object.entries(DEVICES)) drawn.set(role, new Drawn(role, device));
  one("devices").replaceChildren(...[...drawn.values()].map((each) => each.row));
}

export function follow(state, people) {
  for (const [role, each] of drawn) each.follow(state.devices[role], people);
}

class Drawn {
  constructor(role, device) {
    this.role = role;
    this.device = device;
    this.last = {};
    this.row = fill("device");
    this.row.id = `device-${role}`;
    put(this.row.querySelector("h3"), device.title);
    const keys = this.row.querySelector(".keys");
    this.keys = device.keys.map((key) => (key.group ? this.group(key) : this.key(key)));
    keys.prepend(...this.keys.map((key) => key.element));
    this.plug = this.row.querySelector(".plug");
    this.plug.addEventListener("click", () => wish(role, this.last.plugged ? "unplug" : "plug"));
    this.faults = { none: ["None"], ...device.faults, ...CABLE };
    this.choice = this.row.querySelector("select");
    this.choice.append(...Object.entries(this.faults).map(([mode, [label]]) => new Option(label, mode)));
    this.choice.addEventListener("change", () => {
      const mode = this.choice.value;
      wish(role, "fail", { mode, ...this.faults[mode][1] });
    });
  }

  key(key) {
    const element = button("", () => wish(this.role, key.verb, key.rest ? key.rest(this.last) : {}));
    const follow = (device) => {
      put(element, typeof key.label === "string" ? key.label : key.label(device));
      element.disabled = key.possible ? !key.possible(device) : false;
    };
    return { element, follow };
  }

  group(key) {
    const element = document.createElement("span");
    element.className = "group";
    element.role = "group";
    element.ariaLabel = key.title;
    const members = key.group.map(([label, value]) => button(label, () => wish(this.role, key.verb, { [key.of]: value })));
    element.append(...members);
    const follow = (device) =>
      members.forEach((member, n) => (member.ariaPressed = String(device[key.of] === key.group[n][1])));
    return { element, follow };
  }

  follow(device, people) {
    this.last = device;
    const gone = Boolean(device.error);
    const pill = this.row.querySelector(".pill");
    const [label, tone] = condition(device, this.faults);
    put(pill, label);
    pill.className = `pill ${tone}`;
    const says = gone ? "Its far end does not answer: see the log." : this.device.says(device, nameOf(people, device.who));
    put(this.row.querySelector(".says"), says);
    for (const key of this.keys) key.follow(device);
    put(this.plug, device.plugged ? "Unplug" : "Plug in");
    for (const control of this.row.querySelectorAll("button, select")) control.disabled ||= gone;
    if (!gone) {
      this.plug.disabled = this.choice.disabled = false;
      for (const member of this.row.querySelectorAll(".group button")) member.disabled = false;
      if (this.choice.value !== device.fault.mode) this.choice.value = device.fault.mode;
    }
  }
}

/** The one thing to know about a device now. */
function condition(device, faults) {
  if (device.error) return ["Not there", "bad"];
  if (!device.plugged) return ["Unplugged", "bad"];
  if (device.cover) return ["Cover open", "bad"];
  if (device.paper === "out") return ["Out of paper", "bad"];
  if (device.fault.mode !== "none") return ["Faulty", "warn"];
  if (device.paper === "low") return ["Paper low", "warn"];
  return ["Plugged in", "good"];
}

function button(label, act) {
  const made = document.createElement("button");
  made.className = "quiet";
  put(made, label);
  made.addEventListener("click", act);
  return made;
}
