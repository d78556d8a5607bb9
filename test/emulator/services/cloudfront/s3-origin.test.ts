import { text } from 'node:stream/consumers';
import { behavior, DISABLED, origin, request, Site } from './site';
import { headerValue } from '../../../../emulator/core/http';
import { s3Origin } from '../../../../emulator/services/cloudfront/s3-origin';
import type { Bucket } from '../../../../emulator/services/s3/bucket';
import { S3Service } from '../../../../emulator/services/s3/s3-service';

let site: Site;
beforeEach(() => { site = new Site(); });
afterEach(() => site.cloud.dispose());

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
describe('a bucket as origin', () => {
  const page = { Effect: 'Allow' as const, Principal: { Service: 'cloudfront.amazonaws.com' }, Action: 's3:GetObject', Resource: 'arn:aws:s3:::page/*' };
  const condition = { StringEquals: { 'AWS:SourceArn': 'arn:aws:cloudfront::123456789012:distribution/E1' } };
  let bucket: Bucket;

  beforeEach(() => {
    const s3 = new S3Service();
    bucket = s3.bucket('page');
    bucket.put('index.html', Buffer.from('page'), { 'content-type': 'text/html' });
    bucket.policy = [{ ...page, Condition: condition }];
    site.dns.set('page.s3.us-east-1.amazonaws.com', s3Origin(s3, site.cloud.account, 'page'));
  });

  const front = (signed = true) => site.distribution([behavior('*', {
    origin: origin({ kind: 's3', domainName: 'page.s3.us-east-1.amazonaws.com', signed }), policies: [DISABLED],
  })]);
  const status = async (path: string, signed = true) => (await front(signed).handle(request(path))).status;

  test('is read with origin access control, as far as its policy allows', async () => {
    const response = await front().handle(request('/index.html'));
    expect(await text(response.body)).toBe('page');
    expect(headerValue(response.headers, 'content-type')).toBe('text/html');
    expect(headerValue(response.headers, 'x-amz-request-id')).toBeUndefined();
  });

  test('is closed without origin access control, without a policy, and to other distributions', async () => {
    expect(await status('/index.html', false)).toBe(403);
    bucket.policy = [{ ...page, Condition: { StringEquals: { 'AWS:SourceArn': 'arn:aws:cloudfront::123456789012:distribution/OTHER' } } }];
    expect(await status('/index.html')).toBe(403);
    bucket.policy = [];
    expect(await status('/index.html')).toBe(403);
  });

  test('returns 403 for missing objects, and 404 with the permission to list', async () => {
    expect(await status('/none')).toBe(403);
    bucket.policy.push({ ...page, Action: 's3:ListBucket', Resource: 'arn:aws:s3:::page', Condition: condition });
    expect(await status('/none')).toBe(404);
  });

  test('responds with 304 to a matching If-None-Match', async () => {
    const etag = headerValue((await front().handle(request('/index.html'))).headers, 'etag')!;
    const again = await front().handle(request('/index.html', { headers: [['If-None-Match', etag]] }));
    expect(again.status).toBe(304);
  });
});
