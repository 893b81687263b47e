import { escaped, page } from "../http/htmlPage.ts";

/** What the mails about accounts lead to. Each is a form: a page that is merely opened, by a person or by a program that looks mails over, changes nothing. */
export const verifyPage = (): string => page("Confirm your e-mail address", `<p>You confirm that you opened an account here with this address.</p>
<form method="post"><button>Confirm</button></form>
<p class="note">If you did not open an account, close this page: somebody else would hold an account with your address.</p>`);

export const emailPage = (): string => page("Confirm your new e-mail address", `<p>From now on you log in with the address that the mail came to.</p>
<form method="post"><button>Confirm</button></form>`);

export function resetPage(problem?: string): string {
  return page("Choose a new password", `${told(problem)}<form method="post"><label>New password<input type="password" name="password" autocomplete="new-password" minlength="8" maxlength="128" required></label><button>Change the password</button></form>
<p class="note">Every session of the account ends.</p>`);
}

export function askForResetPage(problem?: string): string {
  return page("Choose a new password", `${told(problem)}<form method="post"><label>E-mail address of your account<input type="email" name="email" autocomplete="email" maxlength="254" required></label><button>Send me a mail</button></form>`);
}

const told = (problem: string | undefined): string => (problem === undefined ? "" : `<p><strong>${escaped(problem)}</strong></p>\n`);
