// What came out of the printer, newest first, and what is waiting to be paid.
import { fill, nameOf, one, put, wish } from "/static/wish.js";

export function build() {
  one("take").addEventListener("click", () => wish("receipt_printer", "take"));
}

export function follow(state, people) {
  receipts(state.receipts);
  keyed(one("orders"), state.orders, "order", (row, order) => {
    put(row.querySelector(".amount"), `¥${(order.amount_fen / 100).toFixed(2)}`);
    put(row.querySelector(".what"), `${nameOf(people, order.who)} · ${order.item}`);
    row.querySelector("a").href = order.url;
  });
}

function receipts(printed) {
  const waiting = printed.filter((receipt) => !receipt.taken).length;
  one("take").disabled = waiting === 0;
  put(one("take"), waiting > 1 ? `Take the paper (${waiting})` : "Take the paper");
  keyed(one("receipts"), printed.filter((receipt) => receipt.picture), "receipt", (row, receipt) => {
    const picture = `/receipts/${receipt.picture}.png`;
    const image = row.querySelector("img");
    if (image.getAttribute("src") !== picture) {
      image.src = row.querySelector("a").href = picture;
      image.alt = `Receipt ${receipt.id}: opens the whole picture`;
    }
    row.classList.toggle("waiting", !receipt.taken);
    put(row.querySelector("span"), `Receipt ${receipt.id} · ${receipt.taken ? "taken" : "in the slot"}`);
  });
}

/** One row for each entry, in their order; a row that stays is not touched. */
function keyed(list, entries, template, draw) {
  const there = new Map([...list.children].map((row) => [row.dataset.id, row]));
  entries.forEach((entry, n) => {
    const row = there.get(String(entry.id)) ?? fill(template);
    there.delete(String(entry.id));
    row.dataset.id = entry.id;
    draw(row, entry);
    if (list.children[n] !== row) list.insertBefore(row, list.children[n] ?? null);
  });
  for (const row of there.values()) row.remove();
}
