/** Common values that are not secret. */
const HARMLESS = /^(|.{1,3}|true|false|null|undefined|none|production|development|\d{1,5})$/i;

/** Replaces secret values in a text, also where they are encoded for a URL or for JSON. */
export function redact(text: string, secrets: Iterable<string>): string {
  const forms = new Set([...secrets].flatMap((secret) => partsOf(secret)).filter((secret) => !HARMLESS.test(secret))
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]));
  // The longest values first, since they may contain others.
  return [...forms].sort((a, b) => b.length - a.length).reduce((result, form) => result.replaceAll(form, '***'), text);
}

/** Messages may quote the password of a URI alone. The user name is not secret, and often a common word such as `librechat`. */
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
