// What every part of the page needs: an element by its id, text that changes only when it must, and a wish to the world.
let afterwards = () => {};

export const one = (id) => document.getElementById(id);

/** Text alone, never markup; untouched when it says that already. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
  return element;
}

export function fill(template) {
  return one(template).content.firstElementChild.cloneNode(true);
}

export function trouble(text) {
  put(one("trouble").firstElementChild, text);
  one("trouble").hidden = !text;
}

export function whenDone(act) {
  afterwards = act;
  one("trouble").lastElementChild.addEventListener("click", () => trouble(""));
}

/** Ask the world for something; a refusal is shown as a sentence. */
export async function wish(role, verb, rest = {}) {
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
  await afterwards();
}

export const nameOf = (people, id) => people.find((person) => person.id === id)?.name ?? "";
