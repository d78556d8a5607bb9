import { randomBytes } from 'node:crypto';
import type { Script } from './run-script';

/** The fields of an operator's event beside `command`. */
type Fields = Readonly<Record<string, unknown>>;

interface Prepared extends Script {
  /** The password that was generated, for the response. */
  readonly password?: string;
}

interface Command {
  /** Names of the fields that the command takes. */
  readonly takes: readonly string[];
  readonly script: (fields: Fields) => Omit<Prepared, 'name'>;
}

const WITHOUT_FIELDS: Command = { takes: [], script: () => ({}) };

const BALANCE: Command = {
  takes: ['email', 'amount'],
  script: (fields) => ({ arguments: [email(fields), String(positive(fields, 'amount'))] }),
};

const MIGRATION: Command = {
  takes: ['dryRun'],
  script: (fields) => ({ arguments: flag(fields, 'dryRun') ? ['--dry-run'] : [] }),
};

/** LibreChat has no script for it. Its first user is an administrator, and cannot make others. */
const SET_ROLE = `
const mongoose = require('mongoose');
const { createModels } = require('@librechat/data-schemas');
(async () => {
  await mongoose.connect(process.env.MONGO_URI, { bufferCommands: false, autoIndex: false, autoCreate: false });
  const { matchedCount } = await createModels(mongoose).User.updateOne({ email: process.argv[1].toLowerCase() }, { role: process.argv[2] });
  console.log(matchedCount ? 'The user has the role ' + process.argv[2] + '.' : 'User not found!');
  process.exit(matchedCount ? 0 : 1);
})().catch((error) => { console.error(error.message); process.exit(1); });
`;

function roleCommand(role: 'ADMIN' | 'USER'): Command {
  return { takes: ['email'], script: (fields) => ({ program: SET_ROLE, arguments: [email(fields), role] }) };
}

/** LibreChat's scripts for operators. Others need files of a checkout, a terminal, or Docker. */
const COMMANDS: Readonly<Record<string, Command>> = {
  'list-users': WITHOUT_FIELDS,
  'user-stats': WITHOUT_FIELDS,
  'create-user': {
    takes: ['email', 'name', 'username', 'password'],
    script: (fields) => {
      const [localPart] = email(fields).split('@');
      const { password, generated } = passwordOf(fields);
      return {
        arguments: [email(fields), text(fields, 'name', localPart), text(fields, 'username', localPart), '--email-verified=true'],
        answers: [[/Password:/, password]],
        password: generated,
      };
    },
  },
  'reset-password': {
    takes: ['email', 'password'],
    script: (fields) => {
      const { password, generated } = passwordOf(fields);
      return { answers: [[/Enter user email:/, email(fields)], [/Enter new password:/, password], [/Confirm new password:/, password]], password: generated };
    },
  },
  'make-administrator': roleCommand('ADMIN'),
  'remove-administrator': roleCommand('USER'),
  'invite-user': { takes: ['email'], script: (fields) => ({ arguments: [email(fields)] }) },
  'delete-user': {
    takes: ['email', 'transactions'],
    script: (fields) => ({
      arguments: [email(fields)],
      answers: [
        [/Really delete user/, 'y'],
        [/Also delete all transaction history/, flag(fields, 'transactions') ? 'y' : 'n'],
        // The script asks for confirmation that no other instance runs, which cannot be verified here.
        [/Shared Redis generation coordination is unavailable/, 'n'],
        [/An account-deletion fence already exists/, 'n'],
      ],
    }),
  },
  'list-balances': WITHOUT_FIELDS,
  'add-balance': BALANCE,
  'set-balance': BALANCE,
  'migrate-agent-permissions': MIGRATION,
  'migrate-prompt-permissions': MIGRATION,
  'migrate-shared-link-permissions': MIGRATION,
};

/** The script of an operator's event. @throws Error that names the field and the rule */
export function scriptOf({ command, ...fields }: Fields): Prepared {
  const known = typeof command === 'string' && Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (!known) throw new Error(`\`command\` must be one of ${Object.keys(COMMANDS).join(', ')}, got: ${JSON.stringify(command)}`);
  const unknown = Object.keys(fields).filter((name) => !known.takes.includes(name));
  if (unknown.length) throw new Error(`${String(command)} takes ${known.takes.join(', ') || 'no fields'}, got: ${unknown.join(', ')}`);
  return { name: String(command), ...known.script(fields) };
}

function email(fields: Fields): string {
  const { email: value } = fields;
  if (typeof value === 'string' && /^[^\s@-][^\s@]*@[^\s@]+$/.test(value)) return value;
  throw new Error(`\`email\` must be an email address, got: ${JSON.stringify(value)}`);
}

/** A leading hyphen would make it an option of the script. */
function text(fields: Fields, name: string, otherwise: string): string {
  const value = fields[name] ?? otherwise;
  if (typeof value === 'string' && /^[^-\n][^\n]*$/.test(value)) return value;
  throw new Error(`\`${name}\` must be a single-line string that does not begin with a hyphen, got: ${JSON.stringify(value)}`);
}

function positive(fields: Fields, name: string): number {
  const value = fields[name];
  if (Number.isInteger(value) && Number(value) > 0) return Number(value);
  throw new Error(`\`${name}\` must be a whole number of at least 1, got: ${JSON.stringify(value)}`);
}

function flag(fields: Fields, name: string): boolean {
  const value = fields[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw new Error(`\`${name}\` must be true or false, got: ${JSON.stringify(value)}`);
}

/** Errors do not contain the value. LibreChat accepts 8 to 128 characters. */
function passwordOf({ password }: Fields): { readonly password: string; readonly generated?: string } {
  if (password === undefined) {
    const generated = randomBytes(18).toString('base64url');
    return { password: generated, generated };
  }
  if (typeof password === 'string' && /^[^\n]{8,128}$/.test(password)) return { password };
  throw new Error('`password` must be a single-line string of 8 to 128 characters');
}
