// The command palette: a dialog that finds courses, people, pages and actions. Pages load this
// script when Ctrl+K or ⌘K is pressed for the first time. Without scripts there is the page /find.
(() => {
  const FIND = "/api/lyceum/find/api/find?q=";
  const WAIT = 120;

  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  const field = make("input", {
    type: "text", class: "palette-field", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list",
    "aria-autocomplete": "list", "aria-label": "Find courses, people, pages and actions",
    placeholder: "Courses, people, pages, actions", autocomplete: "off", maxlength: "200",
  });
  const list = make("div", { class: "palette-list", id: "palette-list", role: "listbox", "aria-label": "Results" });
  const said = make("p", { class: "palette-said soft", role: "status" });
  const dialog = make("dialog", { class: "palette", "aria-label": "Find", closedby: "any" }, field, list, said);
  document.body.append(dialog);

  let asked = 0;
  let timer;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  }

  function show(groups) {
    let number = 0;
    list.replaceChildren(...groups.map((group) => {
      const hits = group.hits.map((hit) => {
        const hint = hit.hint ? [make("span", { class: "soft" }, hit.hint)] : [];
        const attributes = { role: "option", id: `palette-${number++}`, href: hit.href, tabindex: "-1", "aria-selected": "false" };
        return make("a", attributes, make("bdi", {}, hit.title), ...hint);
      });
      const label = make("p", { class: "soft", "aria-hidden": "true" }, group.label);
      return make("div", { role: "group", "aria-label": group.label }, label, ...hits);
    }));
    said.textContent = number === 0 ? "Nothing found." : number === 1 ? "1 result" : `${number} results`;
    choose(options()[0]);
  }

  async function find() {
    const mine = ++asked;
    try {
      const answer = await fetch(FIND + encodeURIComponent(field.value), { headers: { accept: "application/json" } });
      const groups = answer.ok ? await answer.json() : undefined;
      // A later question has been asked meanwhile.
      if (mine !== asked) return;
      if (groups) show(groups);
      else said.textContent = "Nothing can be found at the moment.";
    } catch {
      if (mine === asked) said.textContent = "Lyceum can’t be reached right now.";
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, WAIT);
  });
  field.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.indexOf(chosen());
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length > 0) choose(all[(at + step + all.length) % all.length]);
    else if (event.key === "Enter" && at >= 0) location.assign(all[at].href);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", () => dialog.close());

  window.lyceumFind = () => {
    if (dialog.open) return dialog.close();
    // A dialog of the page keeps the keyboard to itself.
    if (document.querySelector("dialog:modal")) return;
    field.value = "";
    list.replaceChildren();
    said.textContent = "";
    dialog.showModal();
    find();
  };
  window.lyceumFind();
})();
