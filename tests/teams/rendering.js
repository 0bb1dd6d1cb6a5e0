// Shows one card with Microsoft's renderer and tells what became of it.
const { AdaptiveCards, markdownit } = window;
const markdown = markdownit({ html: false, linkify: true });
const MENTION = /<at>([^<]*)<\/at>/g;

AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  // Teams puts its mentions in before it reads the Markdown; private-use signs keep their places meanwhile.
  const names = [];
  const marked = text.replace(MENTION, (whole, name) => {
    if (!window.entities.includes(whole)) return whole;
    names.push(name);
    return `\ue000${names.length - 1}\ue001`;
  });
  result.outputHtml = markdown.render(marked).replace(/\ue000(\d+)\ue001/g, (_, at) => `<span class="mention">${names[at]}</span>`);
  result.didProcess = true;
};

window.show = async (json, about) => {
  const frame = document.getElementById("frame");
  frame.className = `${about.theme} ${about.title ? "dialog" : "message"}`;
  for (const [name, value] of Object.entries(about.colors)) frame.style.setProperty(`--${name}`, value);
  frame.innerHTML = about.title
    ? `<div class="head"><i></i><b></b><span class="close">✕</span></div><div id="card"></div>`
    : `<div class="head"><i></i><b>Ratchet</b><span class="time">14:32</span></div><div id="card"></div>`;
  if (about.title) frame.querySelector(".head b").textContent = about.title;
  window.entities = (json.msteams?.entities || []).map((entity) => entity.text);

  const context = new AdaptiveCards.SerializationContext();
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = new AdaptiveCards.HostConfig(about.host);
  card.onExecuteAction = (action) => (window.sent = action.data || {});
  card.parse(json, context);
  const problems = [];
  for (let at = 0; at < context.eventCount; at++) problems.push(context.getEventAt(at).message);
  // A people picker has no choices of its own, as Teams finds the people; and what is in the menu needs no room.
  const { TooManyActions } = AdaptiveCards.ValidationEvent;
  const invalid = card.validateProperties().validationEvents;
  const real = invalid.filter((one) => one.event !== TooManyActions && !one.source?.choicesData?.dataset);
  problems.push(...real.map((one) => one.message));
  const node = card.render();
  if (!node) return { problems: [...problems, "nothing was rendered"] };
  const box = frame.querySelector("#card");
  box.appendChild(node);
  await Promise.all([...box.querySelectorAll("img")].map((image) => image.decode().catch(() => problems.push("a picture is broken"))));

  const all = (selector, give) => [...box.querySelectorAll(selector)].map(give);
  return {
    problems,
    text: box.innerText,
    links: all("a[href]", (link) => link.getAttribute("href")),
    images: all("img", (image) => image.alt),
    mentions: all(".mention", (mention) => mention.textContent),
    buttons: all("button", (button) => button.innerText || button.title),
    inputs: Object.fromEntries(card.getAllInputs().map((input) => [input.id, input.value ?? ""])),
    overflowing: all("*", (element) => element)
      .filter((element) => element.getBoundingClientRect().right > box.getBoundingClientRect().right + 1)
      .map((element) => (element.innerText || element.tagName).slice(0, 80)),
  };
};
