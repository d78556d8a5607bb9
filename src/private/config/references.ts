import { type Leaf, leavesOf } from './leaves';

/** Environment variables of LibreChat, as far as they are known at synthesis. */
export interface KnownVariables {
  /** Undefined for values that are known at run time only. */
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Whether there may be others, such as the fields of `environmentSecret`. */
  readonly incomplete: boolean;
}

/** The deployment that a configuration is for. */
export interface ConfigContext {
  readonly variables: KnownVariables;
  /** Undefined if it is not known. */
  readonly release?: string;
}

/** A reference to a variable: `${NAME}`. */
export interface ConfigReference extends Leaf {
  readonly name: string;
}

export function referencesIn(config: unknown): ConfigReference[] {
  return leavesOf(config).flatMap((leaf) => {
    if (typeof leaf.value !== 'string') return [];
    return [...leaf.value.matchAll(/\$\{([A-Za-z_]\w*)\}/g)].map(([, name]) => ({ ...leaf, name }));
  });
}

/** References to variables that nothing sets. */
export function unsetReferences(config: unknown, { values, incomplete }: KnownVariables): ConfigReference[] {
  return incomplete ? [] : referencesIn(config).filter(({ name }) => !(name in values));
}

/** LibreChat substitutes variables in these values before it checks them, and does not start if they are not URLs. */
export function isRequired({ path }: ConfigReference): boolean {
  const [section, , ...rest] = path;
  return section === 'mcpServers'
    && ['url', 'proxy', 'oauth.authorization_url', 'oauth.token_url', 'oauth.redirect_uri', 'oauth.revocation_endpoint'].includes(rest.join('.'));
}

/** Values that a variable might have. */
const EXAMPLES = ['https://example.com', 'wss://example.com', '1', 'https'];

/**
 * Possible values of all variables. If LibreChat rejects the configuration with each of them, it rejects it for all values at run time.
 */
export function possibleValues(config: unknown, { values, incomplete }: KnownVariables): Array<Record<string, string>> {
  const unknown = referencesIn(config).filter(({ name }) => values[name] === undefined && (name in values || incomplete));
  const known = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Record<string, string>;
  if (unknown.length === 0) return [known];
  const byPosition = Object.fromEntries(unknown.map((reference) => [reference.name, exampleFor(reference)]));
  return [byPosition, ...EXAMPLES.map((example) => Object.fromEntries(unknown.map(({ name }) => [name, example])))]
    .map((examples) => ({ ...known, ...examples }));
}

/** A scheme in front of `://`, otherwise a URL at the beginning and a host or a port further behind. */
function exampleFor({ name, value }: ConfigReference): string {
  const text = String(value).trim();
  if (text.startsWith(`\${${name}}://`)) return 'https';
  return text.startsWith(`\${${name}}`) ? 'https://example.com' : '1';
}
