import { createReadStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** Where uploaded files go. */
export interface FileStore {
  /** Takes a file from the folder for temporary ones. */
  put(key: string, path: string, type: string): Promise<void>;
  get(key: string): Promise<Readable>;
}

/** `fileStrategy: local`: a folder of this machine. */
export class LocalFiles implements FileStore {
  constructor(private readonly directory: string) {}

  async put(key: string, path: string): Promise<void> {
    const target = join(this.directory, key);
    await mkdir(join(target, '..'), { recursive: true });
    await rename(path, target);
  }

  async get(key: string): Promise<Readable> {
    return createReadStream(join(this.directory, key));
  }
}

/**
 * `fileStrategy: s3`. Like LibreChat's, this client takes key and secret from the environment if both are there, and then
 * knows of no session token; only without them does it look where the AWS SDK does, such as in a credentials file.
 */
export class S3Files implements FileStore {
  constructor(private readonly bucket: string, private readonly env: NodeJS.ProcessEnv) {}

  async put(key: string, path: string, type: string): Promise<void> {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const { readFile } = await import('node:fs/promises');
    await (await this.client()).send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: await readFile(path), ContentType: type }));
  }

  async get(key: string): Promise<Readable> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    const { Body } = await (await this.client()).send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    return Body as Readable;
  }

  /** Loaded at the first use: the SDK would cost every start a tenth of a second. */
  private async client() {
    const { S3Client } = await import('@aws-sdk/client-s3');
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region } = this.env;
    const credentials = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
    return new S3Client({ region: region ?? 'us-east-1', credentials });
  }
}
