import { SIGNED_BY } from './origin';
import { AwsError } from '../../core/aws-error';
import { headerValue, type HttpHandler } from '../../core/http';
import { allows, forPrincipal, isPublic } from '../iam/policy';
import { s3Api, s3Error } from '../s3/s3-api';
import type { S3Service } from '../s3/s3-service';

const NOTHING = Buffer.alloc(0);

/** A bucket as an origin. The distribution can read what the bucket policy allows. */
export function s3Origin(s3: S3Service, account: string, bucketName: string): HttpHandler {
  return async (request) => {
    const distribution = headerValue(request.headers, SIGNED_BY);
    try {
      // Writes are rejected: they require the request body, and permissions that these templates never contain.
      if (!['GET', 'HEAD'].includes(request.method)) throw new AwsError('AccessDenied', 403, 'Access Denied');
      const key = decodeURIComponent(request.path.slice(1));
      return s3Api(s3, request, NOTHING, { bucket: bucketName, key }, (access, bucket) => {
        if (!distribution) return allows(bucket.policy.filter(({ Principal }) => isPublic(Principal)), access);
        const context = { 'aws:SourceArn': distribution, 'aws:SourceAccount': account, 'aws:SecureTransport': 'true' };
        return allows(forPrincipal(bucket.policy, 'Service', 'cloudfront.amazonaws.com'), { ...access, context });
      });
    } catch (error) {
      if (error instanceof AwsError) return s3Error(error, request.path);
      if (error instanceof URIError) return s3Error(new AwsError('InvalidURI', 400, 'Could not parse the specified URI.'), request.path);
      throw error;
    }
  };
}
