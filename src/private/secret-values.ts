/** Names of variables that hold a secret. */
const SECRET_NAME = /_(KEY|SECRET|TOKEN|PASSWORD|PASS|CREDENTIALS|CONNECTION_STRING|ACCESS_KEY_ID)$/;

/** Keys of `librechat.yaml` that hold a secret, in lower case and without separators. */
const SECRET_KEY = /(apikey|secret|token|password|authorization|privatekey)$/;

/** A URL with a password. */
const URL_WITH_PASSWORD = /^\w+:\/\/[^/\s:@]*:[^/\s@]+@/;

/** Values that are not secret: LibreChat asks users for the key, or the variable is a switch or a limit. */
const NOT_SECRET = /^(user_provided|true|false|\d+)$/i;

/** Whether an environment variable holds a secret in plain text. */
export function isSecretVariable(name: string, value: string): boolean {
  return (SECRET_NAME.test(name) && !NOT_SECRET.test(value)) || URL_WITH_PASSWORD.test(value);
}

/** Local model servers ignore keys, but LibreChat requires one: `ollama`. */
const SHORTEST_KEY = 16;

/** Whether a value in `librechat.yaml` is a secret and not a reference to one. */
export function isSecretKey(key: string, value: string): boolean {
  const name = key.toLowerCase().replace(/[^a-z]/g, '');
  return SECRET_KEY.test(name) && value.length >= SHORTEST_KEY && !/\$\{|\{\{/.test(value);
}
