import { createHash } from 'node:crypto';
import type { Statement } from './iam';

export interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly modified: Date;
  /** Content-Type, Cache-Control and their like, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A bucket with its objects in memory. */
export class Bucket {
  public readonly objects = new Map<string, StoredObject>();
  /** Statements of its bucket policy. */
  public policy: Statement[] = [];

  public constructor(public readonly name: string) {}

  public get arn(): string {
    return `arn:aws:s3:::${this.name}`;
  }

  public put(key: string, body: Buffer, headers: Record<string, string> = {}): StoredObject {
    const object = { body, headers, modified: new Date(), etag: `"${createHash('md5').update(body).digest('hex')}"` };
    this.objects.set(key, object);
    return object;
  }
}
