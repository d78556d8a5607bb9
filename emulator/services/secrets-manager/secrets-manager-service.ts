import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Cloud } from '../../core/cloud';

export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly versionId: string;
  value: string;
}

/** The rules for a generated password, as in the template. */
export interface GenerateSecretString {
  readonly ExcludeCharacters?: string;
  readonly ExcludeLowercase?: boolean;
  readonly ExcludeUppercase?: boolean;
  readonly ExcludeNumbers?: boolean;
  readonly ExcludePunctuation?: boolean;
  readonly IncludeSpace?: boolean;
  readonly PasswordLength?: number;
  readonly RequireEachIncludedType?: boolean;
  readonly SecretStringTemplate?: string;
  readonly GenerateStringKey?: string;
}

/** Secrets Manager's secrets. */
export class SecretsManagerService {
  private readonly secrets: Secret[] = [];

  /** Every secret, generated or imported. */
  public get all(): readonly Secret[] {
    return this.secrets;
  }

  public constructor(private readonly cloud: Pick<Cloud, 'arn'>) {}

  /** Creates a secret. Its ARN ends in six random characters. */
  public create(name: string, value: string): Secret {
    const arn = this.cloud.arn('secretsmanager', `secret:${name}-${suffix()}`);
    return this.add({ arn, name, value, versionId: randomUUID() });
  }

  /** Imports a secret that exists outside of the stack, under the name or ARN that the template uses. */
  public import(nameOrArn: string, value: string): Secret {
    if (!nameOrArn.startsWith('arn:')) return this.create(nameOrArn, value);
    const name = nameOrArn.split(':').slice(6).join(':');
    return this.add({ arn: nameOrArn, name, value, versionId: randomUUID() });
  }

  /** Finds a secret by name, by ARN, or by ARN without the six random characters. */
  public find(id: string): Secret | undefined {
    return this.secrets.find(({ arn, name }) => id === arn || id === name || arn.replace(/-[^-]{6}$/, '') === id);
  }

  public delete(arn: string): void {
    const index = this.secrets.findIndex((secret) => secret.arn === arn);
    if (index >= 0) this.secrets.splice(index, 1);
  }

  private add(secret: Secret): Secret {
    this.secrets.push(secret);
    return secret;
  }
}

const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** Generates a value according to `GenerateSecretString`. */
export function generateSecret(rules: GenerateSecretString): string {
  const allowed = (characters: string) => [...characters].filter((c) => !rules.ExcludeCharacters?.includes(c)).join('');
  const types = [
    rules.ExcludeLowercase ? '' : 'abcdefghijklmnopqrstuvwxyz',
    rules.ExcludeUppercase ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    rules.ExcludeNumbers ? '' : '0123456789',
    rules.ExcludePunctuation ? '' : PUNCTUATION,
    rules.IncludeSpace ? ' ' : '',
  ].map(allowed).filter((characters) => characters);
  const length = rules.PasswordLength ?? 32;
  const password = types.slice(0, rules.RequireEachIncludedType === false ? 0 : length).map(pick);
  while (password.length < length) password.push(pick(types.join('')));
  const value = shuffle(password).join('');
  if (!rules.GenerateStringKey) return value;
  return JSON.stringify({ ...JSON.parse(rules.SecretStringTemplate ?? '{}'), [rules.GenerateStringKey]: value });
}

function pick(characters: string): string {
  return characters[randomInt(characters.length)];
}

function shuffle(items: string[]): string[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}

function suffix(): string {
  return randomBytes(6).toString('base64').replace(/[^A-Za-z0-9]/g, 'x').slice(0, 6);
}
