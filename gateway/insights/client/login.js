// Logging in by the graph's own mutations: password, and the second factor where the account has one.
import { ask, setToken } from "./ask.js";
import { byId } from "./dom.js";
import { LOGIN, SECOND_FACTOR } from "./queries.js";

export function login(enter) {
  let challenge = "";

  const fail = (text) => {
    byId("entranceProblem").textContent = text ?? "";
    byId("entranceProblem").hidden = text == null;
  };
  const show = (form) => {
    for (const id of ["login", "factor"]) byId(id).hidden = id !== form;
    byId(form).querySelector("input").focus();
  };
  function open(problem) {
    challenge = "";
    byId("password").value = "";
    byId("code").value = "";
    byId("entrance").hidden = false;
    show("login");
    fail(problem);
  }

  /** Sends a form once at a time, and shows as a sentence what became of it. */
  const onSubmit = (id, send) => byId(id).addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = byId(id).querySelector("button");
    if (button.disabled) return;
    button.disabled = true;
    fail();
    try {
      const answer = await send();
      if (answer.__typename === "TokenPair") {
        setToken(answer.accessToken);
        open();
        byId("entrance").hidden = true;
        enter(answer.user);
      } else if (answer.__typename === "MfaRequired") {
        challenge = answer.challenge;
        show("factor");
      } else if (answer.__typename === "InvalidChallenge") open(answer.message);
      else fail(answer.message);
    } catch (error) {
      fail(error.message);
    } finally {
      button.disabled = false;
    }
  });

  onSubmit("login", async () => (await ask(LOGIN, { input: { email: byId("email").value, password: byId("password").value } })).login);
  onSubmit("factor", async () => {
    const code = byId("code").value.trim();
    const proof = /^\d[\d ]{5,6}$/.test(code) ? { code: code.replaceAll(" ", "") } : { recoveryCode: code };
    return (await ask(SECOND_FACTOR, { input: { challenge, ...proof } })).mfaVerify;
  });
  byId("factorBack").addEventListener("click", () => open());
  return { open };
}
