import { randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type Redis from 'ioredis';

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** The users, under their addresses. */
export class Users {
  constructor(private readonly redis: Redis) {}

  /** Returns false when the address is taken. */
  async register(name: string, email: string, password: string): Promise<boolean> {
    const salt = randomBytes(16);
    const user: User = { id: randomUUID(), name, email };
    const record = { ...user, salt: salt.toString('hex'), hash: (await derive(password, salt, 32)).toString('hex') };
    return await this.redis.set(key(email), JSON.stringify(record), 'NX') === 'OK';
  }

  async authenticate(email: string, password: string): Promise<User | undefined> {
    const record = await this.redis.get(key(email));
    if (!record) return undefined;
    const { salt, hash, ...user } = JSON.parse(record) as User & { salt: string; hash: string };
    const given = await derive(password, Buffer.from(salt, 'hex'), 32);
    return timingSafeEqual(given, Buffer.from(hash, 'hex')) ? user : undefined;
  }

  async find(email: string): Promise<User | undefined> {
    const record = await this.redis.get(key(email));
    if (!record) return undefined;
    const { id, name } = JSON.parse(record) as User;
    return { id, name, email };
  }
}

const key = (email: string) => `user:${email.toLowerCase()}`;
