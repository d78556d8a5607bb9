import { SIGNED_BY } from './origin';
import { AwsError } from '../../core/aws-error';
import type { Cloud } from '../../core/cloud';
import { headerValue, type HttpHandler } from '../../core/http';
import { allows, forPrincipal } from '../iam/policy';
import { s3, s3Error } from '../s3/s3-api';

const NOTHING = Buffer.alloc(0);

/** A bucket as CloudFront sees it: what the bucket's policy lets the distribution read. */
export function s3Origin(cloud: Cloud, bucketName: string): HttpHandler {
  return async (request) => {
    const distribution = headerValue(request.headers, SIGNED_BY);
    try {
      // Writing through a distribution would need the body, and a grant that no such template has.
      if (!['GET', 'HEAD'].includes(request.method)) throw new AwsError('AccessDenied', 403, 'Access Denied');
      const key = decodeURIComponent(request.path.slice(1));
      return s3(cloud, request, NOTHING, { bucket: bucketName, key }, (question, bucket) => {
        if (!distribution) return allows(bucket.policy.filter(({ Principal }) => Principal === '*'), question);
        const context = { 'aws:SourceArn': distribution, 'aws:SourceAccount': cloud.account, 'aws:SecureTransport': 'true' };
        return allows(forPrincipal(bucket.policy, 'Service', 'cloudfront.amazonaws.com'), { ...question, context });
      });
    } catch (error) {
      if (error instanceof AwsError) return s3Error(error, request.path);
      if (error instanceof URIError) return s3Error(new AwsError('InvalidURI', 400, 'Could not parse the specified URI.'), request.path);
      throw error;
    }
  };
}
