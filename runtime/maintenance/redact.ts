/** Values that are in many texts, and no secrets. */
const HARMLESS = /^(|.{1,3}|true|false|null|undefined|none|production|development|\d{1,5})$/i;

/** Replaces secret values in a text, also where they are encoded for a URL or for JSON. */
export function redact(text: string, secrets: Iterable<string>): string {
  const forms = new Set([...secrets].flatMap((secret) => partsOf(secret)).filter((secret) => !HARMLESS.test(secret))
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]));
  // A value that contains another one goes first.
  return [...forms].sort((a, b) => b.length - a.length).reduce((result, form) => result.replaceAll(form, '***'), text);
}

/** A URI is also quoted in parts. Its user is no secret, and its name is often a common word, such as `librechat`. */
function partsOf(secret: string): string[] {
  const password = /^[\w+]+:\/\/[^:@/]*:([^@]*)@/.exec(secret)?.[1];
  return [secret, ...password ? [password, decode(password)] : []];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
