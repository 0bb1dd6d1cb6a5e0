// What customers see: their own web chat, with what they wrote and what was delivered back to them.

import { fill, h, reconcile } from "./dom.js";
import { composer } from "./messages.js";

const time = (at) => new Date(at).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });

export function drawCustomers({ head, list, foot, opener }, state, chosen, act, go) {
  const all = state.customers.conversations, now = all.find((one) => one.id === chosen);
  fill(head,
    opener,
    now ? h("a", { href: "#/customers/", class: "icon", "aria-label": "All customers" }, "‹") : "",
    h("h1", {}, now ? now.customer.name ?? now.id : "Customers"),
    h("span", { class: "hint" }, now ? `web chat ${now.id}, as the customer sees it` : "Write as a customer, and see what they receive"));
  if (!now) {
    fill(foot);
    foot.dataset.place = "";
    const mark = JSON.stringify([all, state.customers.people]);
    if (list.dataset.place !== mark) fill(list, overview(state, all, act, go));
    list.dataset.place = mark;
    return;
  }
  if (list.dataset.place !== `customer-${now.id}`) fill(list);
  list.dataset.place = `customer-${now.id}`;
  reconcile(list, now.entries, (entry) => entry.id + entry.from, (entry) =>
    h("div", { class: `bubble ${entry.from}`, "data-testid": `customer-${entry.from}` },
      h("div", { class: "bubble-text" }, entry.text),
      h("div", { class: "hint" }, `${entry.from === "company" ? state.team : now.customer.name ?? "Customer"} · ${time(entry.at)}`,
        entry.repeats > 0 && h("span", { class: "repeats" }, ` · delivered ${entry.repeats + 1} times, shown once`))));
  list.scrollTop = list.scrollHeight;
  if (foot.dataset.place === `customer-${now.id}`) return;
  foot.dataset.place = `customer-${now.id}`;
  fill(foot, composer({
    placeholder: `Write as ${now.customer.name ?? "the customer"}`, testid: "customer-composer", commands: [],
    send: async (text) => await write(act, now.id, text, now.customer),
  }));
}

async function write(act, conversation, text, customer) {
  const told = await act("customers/write", { conversation, text, customer });
  if (told && !told.acknowledged) return { error: `The bot did not take it (${told.problem}${told.status ? ` ${told.status}` : ""}).` };
  return told ?? {};
}

function overview(state, all, act, go) {
  const people = state.customers.people.length ? state.customers.people : [{ id: "guest", name: "A customer" }];
  const fresh = (person) => `chat_${person.id}_${1 + all.filter((one) => one.id.startsWith(`chat_${person.id}_`)).length}`;
  return h("div", { class: "customers" },
    all.map((one) => h("button", { type: "button", class: "card", "data-testid": "conversation", onclick: () => go(`#/customers/${one.id}`) },
      h("b", {}, one.customer.name ?? one.id), h("span", {}, one.entries.at(-1)?.text ?? ""),
      h("span", { class: "hint" }, `${one.entries.length} messages`))),
    h("h2", {}, "Start a conversation"),
    people.map((person) => {
      const box = h("input", { class: "text", placeholder: `Write as ${person.name}`, "aria-label": `Write as ${person.name}`, "data-testid": "new-conversation" });
      const send = async () => { const id = fresh(person); if (box.value.trim()) { await write(act, id, box.value.trim(), person); go(`#/customers/${id}`); } };
      box.addEventListener("keydown", (event) => { if (event.key === "Enter") send(); });
      return h("div", { class: "row" }, box, h("button", { type: "button", class: "button primary", onclick: send }, "Send"));
    }));
}
