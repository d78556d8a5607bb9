import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Models } from '../data-schemas';

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
}

export interface Registration {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly username?: string;
  readonly emailVerified?: boolean;
  readonly provider?: string;
}

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** The users in MongoDB, by email address. */
export class Users {
  constructor(private readonly models: { readonly User: Models[string] }) {}

  /** Returns false if the address exists. The first user becomes an administrator. */
  async register({ password, email, ...rest }: Registration): Promise<boolean> {
    const { User: model } = this.models;
    if (await model.findOne({ email: email.toLowerCase() })) return false;
    const role = await model.findOne({}) ? 'USER' : 'ADMIN';
    // Another process may have registered the address in the meantime: the index is unique.
    return model.create({ ...rest, email, role, password: await hashed(password) }).then(() => true, (error: { code?: number }) => {
      if (error.code === 11000) return false;
      throw error;
    });
  }

  async authenticate(email: string, password: string): Promise<User | undefined> {
    const found = await this.models.User.findOne({ email: email.toLowerCase() });
    return found && await isPassword(password, String(found.password)) ? userOf(found) : undefined;
  }

  async find(email: string): Promise<User | undefined> {
    const found = await this.models.User.findOne({ email: email.toLowerCase() });
    return found ? userOf(found) : undefined;
  }
}

/** The stored hash of a password. LibreChat uses bcrypt. */
export async function hashed(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString('hex')}$${(await derive(password, salt, 32)).toString('hex')}`;
}

async function isPassword(given: string, kept: string): Promise<boolean> {
  const [salt, hash] = kept.split('$').map((part) => Buffer.from(part, 'hex'));
  const derived = await derive(given, salt, 32);
  return derived.length === hash?.length && timingSafeEqual(derived, hash);
}

function userOf({ id, name, email, role }: User): User {
  return { id: String(id), name, email, role };
}
