import { Binary, type Document } from 'bson';
import { CommandError } from './command-error';
import { Credential, type Mechanism, ScramConversation } from './scram';
import type { MongoServerOptions } from './server-options';

/** DocumentDB 5.0 has no SCRAM-SHA-256. */
const MECHANISMS: Readonly<Record<MongoServerOptions['dialect'], readonly Mechanism[]>> = {
  mongodb: ['SCRAM-SHA-1', 'SCRAM-SHA-256'],
  documentdb: ['SCRAM-SHA-1'],
};
const ADMIN = 'admin';

/** The users of a server. */
export class Users {
  private readonly credentials: ReadonlyMap<string, Credential>;

  public constructor(private readonly options: Pick<MongoServerOptions, 'dialect' | 'users'>) {
    this.credentials = new Map(Object.entries(options.users ?? {})
      .flatMap(([user, password]) => this.mechanisms.map((mechanism) => [`${mechanism} ${user}`, new Credential(mechanism, user, password)] as const)));
  }

  /** Whether commands require authentication. */
  public get required(): boolean {
    return this.options.users !== undefined;
  }

  public get mechanisms(): readonly Mechanism[] {
    return MECHANISMS[this.options.dialect];
  }

  /** The mechanisms of a user, named `admin.<name>`; empty for unknown users. */
  public mechanismsOf(name: unknown): readonly Mechanism[] {
    const user = typeof name === 'string' && name.startsWith(`${ADMIN}.`) ? name.slice(ADMIN.length + 1) : undefined;
    return user !== undefined && Object.hasOwn(this.options.users ?? {}, user) ? this.mechanisms : [];
  }

  public find(database: unknown, mechanism: Mechanism, user: string): Credential | undefined {
    return database === ADMIN ? this.credentials.get(`${mechanism} ${user}`) : undefined;
  }
}

/** The authentication of one connection. */
export class Authentication {
  public done = false;
  private pending?: { readonly conversation: ScramConversation; readonly credential: Credential; readonly short: boolean; verified: boolean };

  public constructor(private readonly users: Users, private readonly dialect: MongoServerOptions['dialect']) {}

  public start({ mechanism, payload, options, $db: database }: Document): Document {
    if (!this.users.mechanisms.includes(mechanism as Mechanism)) throw this.unavailable(String(mechanism));
    const conversation = new ScramConversation(bytesOf(payload));
    const credential = this.users.find(database, mechanism as Mechanism, conversation.user) ?? failed();
    this.pending = { conversation, credential, short: Boolean((options as Document | undefined)?.skipEmptyExchange), verified: false };
    return step(false, conversation.challenge(credential));
  }

  public proceed({ payload }: Document): Document {
    const { pending } = this;
    if (!pending) return failed();
    if (pending.verified) return this.finish('');
    const signature = pending.conversation.verify(pending.credential, bytesOf(payload));
    if (signature === undefined) {
      this.pending = undefined;
      return failed();
    }
    pending.verified = true;
    return pending.short ? this.finish(signature) : step(false, signature);
  }

  private finish(payload: string): Document {
    this.done = true;
    this.pending = undefined;
    return step(true, payload);
  }

  private unavailable(mechanism: string): CommandError {
    // See https://github.com/Automattic/mongoose/issues/15018
    if (this.dialect === 'documentdb') return new CommandError(2, 'Unsupported mechanism [ -301 ]');
    return new CommandError('MechanismUnavailable', `Received authentication for mechanism ${mechanism} which is unknown or not enabled`);
  }
}

function step(done: boolean, payload: string): Document {
  return { conversationId: 1, done, payload: new Binary(Buffer.from(payload)), ok: 1 };
}

function bytesOf(payload: unknown): Buffer {
  return payload instanceof Binary ? Buffer.from(payload.buffer) : Buffer.alloc(0);
}

function failed(): never {
  throw new CommandError('AuthenticationFailed', 'Authentication failed.');
}
