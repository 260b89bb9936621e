// The invented people: each lays a card on the reader or holds up a code; the same button takes it away again.
import { fill, one, put, wish } from "/static/wish.js";

const rows = new Map();

export function build(about) {
  for (const person of about.people) {
    const row = fill("person");
    row.dataset.person = person.id;
    put(row.querySelector(".face"), [...person.name][0] ?? "?");
    put(row.querySelector(".name"), person.name);
    put(row.querySelector(".zh"), person.note.zh.replace(/^样例：/, "")); // the heading says so of all of them
    put(row.querySelector(".en"), person.note.en.replace(/^Sample: /, ""));
    row.querySelector(".own-phone").href = `${about.phone}/phone/code?person=${encodeURIComponent(person.id)}`;
    rows.set(person.id, row);
    toggle(row.querySelector(".lay"), "card_reader", person.id);
    toggle(row.querySelector(".show"), "code_scanner", person.id);
  }
  one("people").replaceChildren(...rows.values());
}

function toggle(button, role, person) {
  button.addEventListener("click", () =>
    button.classList.contains("there") ? wish(role, "take") : wish(role, "put", { person }),
  );
}

export function follow(state) {
  const { card_reader: reader, code_scanner: scanner } = state.devices;
  for (const [id, row] of rows) {
    const card = reader.card === true && reader.who === id;
    const code = scanner.code === true && scanner.who === id;
    row.classList.toggle("here", card || code);
    draw(row.querySelector(".lay"), card, "Take card", "Lay card", Boolean(reader.error));
    draw(row.querySelector(".show"), code, "Put away", "Show code", Boolean(scanner.error));
  }
}

function draw(button, there, away, here, gone) {
  button.classList.toggle("there", there);
  button.disabled = gone;
  put(button, there ? away : here);
}
