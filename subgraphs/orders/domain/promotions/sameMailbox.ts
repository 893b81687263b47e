/** Lower case, without what stands behind a `+`: mail to both reaches one person. */
export function sameMailbox(email: string): string {
  const address = email.normalize("NFKC").trim().toLowerCase();
  const at = address.lastIndexOf("@");
  if (at < 1) return address;
  const mailbox = address.slice(0, at);
  const plus = mailbox.indexOf("+");
  return `${plus > 0 ? mailbox.slice(0, plus) : mailbox}${address.slice(at)}`;
}
