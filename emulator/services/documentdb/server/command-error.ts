import type { Document } from 'bson';

/** Documented codes by name. 40333 and 301 are specific to DocumentDB and have no name. */
const CODES = {
  BadValue: 2,
  FailedToParse: 9,
  Unauthorized: 13,
  TypeMismatch: 14,
  AuthenticationFailed: 18,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  NamespaceExists: 48,
  CommandNotFound: 59,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  MechanismUnavailable: 334,
  DuplicateKey: 11000,
} as const;

/** Error of a rejected command. */
export class CommandError extends Error {
  public readonly code: number;
  private readonly codeName?: string;

  /** @param reason a documented name, or a code without one */
  public constructor(reason: keyof typeof CODES | number, message: string, private readonly details: Document = {}) {
    super(message);
    this.code = typeof reason === 'number' ? reason : CODES[reason];
    this.codeName = typeof reason === 'number' ? undefined : reason;
  }

  /** Body of the response. */
  public response(): Document {
    return { ok: 0, errmsg: this.message, code: this.code, ...(this.codeName && { codeName: this.codeName }), ...this.details };
  }

  /** An entry of `writeErrors`. */
  public writeError(index: number): Document {
    return { index, code: this.code, errmsg: this.message, ...this.details };
  }
}
