import type { Aws } from './aws';
import { messageOf } from './log';

/** `arn:partition:secretsmanager:region:account:secret:name`, and the parts that ECS appends. */
const SECRET_ARN_PARTS = 7;

/** Reads the values of references, each parameter or secret once. */
export class References {
  private readonly read = new Map<string, Promise<string>>();

  public constructor(private readonly aws: Aws) {}

  /**
   * The value of a reference: the ARN of an SSM parameter, or the ARN of a secret that may be followed by
   * `:json-field:version-stage:version-id`. Errors name the variable and the reference, never a value.
   */
  public async resolve(variable: string, reference: string): Promise<string> {
    try {
      return await this.valueOf(reference);
    } catch (error) {
      throw new Error(`\`${variable}\` could not be read from ${reference}: ${messageOf(error)}`);
    }
  }

  private async valueOf(reference: string): Promise<string> {
    const [, , service] = reference.split(':');
    if (service === 'ssm') return this.once(reference, () => this.aws.parameter(reference));
    if (service !== 'secretsmanager') throw new Error('it must be the ARN of an SSM parameter or of a Secrets Manager secret');
    const parts = reference.split(':');
    const arn = parts.slice(0, SECRET_ARN_PARTS).join(':');
    const [field, stage, version] = parts.slice(SECRET_ARN_PARTS);
    const text = await this.once(`${arn} ${stage} ${version}`, () => this.aws.secret(arn, stage, version));
    return field ? fieldOf(text, field) : text;
  }

  private once(key: string, read: () => Promise<string>): Promise<string> {
    const value = this.read.get(key) ?? read();
    this.read.set(key, value);
    return value;
  }
}

/** One value of a secret that holds JSON. */
export function fieldOf(text: string, field: string): string {
  const value = objectOf(text)[field];
  if (value === undefined || value === null) throw new Error(`the secret has no field \`${field}\``);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The names of the fields of a secret that have a value. */
export function fieldNames(variable: string, text: string): string[] {
  try {
    return Object.entries(objectOf(text)).filter(([, value]) => value !== null).map(([name]) => name);
  } catch (error) {
    throw new Error(`\`${variable}\` could not be read: ${messageOf(error)}`);
  }
}

function objectOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the secret.
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('the secret must hold a JSON object');
  return value as Record<string, unknown>;
}
