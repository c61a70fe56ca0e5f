import { call, findPerson } from "./api.js";
import { onClick, setText, showAlert, showStep } from "./form.js";

async function start() {
  const person = await findPerson();
  if (person === null) return showStep("nobody");
  const { items } = await call("GET", "/v1/workspaces");
  setText("name", person.name);
  setText("email", person.email);
  document.querySelector("#workspaces").replaceChildren(...items.map(toItem));
  if (person.delete_after !== null) {
    setText("delete-after", new Date(person.delete_after).toLocaleDateString(undefined, { dateStyle: "long" }));
    document.querySelector("#leaving").hidden = false;
  }
  showStep("person");
}

function toItem({ name, slug, role }) {
  const item = document.createElement("li");
  const title = document.createElement("strong");
  title.textContent = name;
  const more = document.createElement("span");
  more.textContent = `${slug} · ${role}`;
  item.append(title, more);
  return item;
}

onClick(document.querySelector("#sign-out"), async () => {
  await call("POST", "/v1/auth/sign-out", {});
  showStep("nobody");
});
onClick(document.querySelector("#restore"), async () => {
  await call("POST", "/v1/account/restore", {});
  location.reload();
});
start().catch((error) => {
  showStep("nobody");
  showAlert(error.message);
});
