import { Bucket } from './bucket';

/** S3's buckets by name. */
export class S3Service {
  public readonly buckets = new Map<string, Bucket>();

  /** Returns a bucket, and creates it if it does not exist. */
  public bucket(name: string): Bucket {
    const bucket = this.buckets.get(name) ?? new Bucket(name);
    this.buckets.set(name, bucket);
    return bucket;
  }
}
