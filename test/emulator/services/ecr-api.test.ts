import { DescribeImagesCommand, type DescribeImagesCommandInput } from '@aws-sdk/client-ecr';
import { BuildAccount } from '../../../fixtures/runtime/image-build';

let account: BuildAccount;
beforeEach(async () => { account = await BuildAccount.start(); });
afterEach(() => account.dispose());

// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
const describeImages = (input: Partial<DescribeImagesCommandInput> = {}) =>
  account.clients().ecr.send(new DescribeImagesCommand({ repositoryName: 'librechat', ...input }));

test('finds an image by tag and by digest', async () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  account.repository.push('tag-1', { digest, size: 12, context: '' });
  const { imageDetails } = await describeImages({ registryId: '123456789012', imageIds: [{ imageTag: 'tag-1' }] });
  expect(imageDetails).toEqual([expect.objectContaining({
    registryId: '123456789012',
    repositoryName: 'librechat',
    imageTags: ['tag-1'],
    imageDigest: digest,
    imagePushedAt: expect.any(Date),
    imageSizeInBytes: 12,
  })]);
  expect((await describeImages({ imageIds: [{ imageDigest: digest }] })).imageDetails).toEqual(imageDetails);
  await expect(describeImages({ imageIds: [{ imageDigest: digest, imageTag: 'other' }] })).rejects.toMatchObject({ name: 'ImageNotFoundException' });
});

test('returns all, a page at a time', async () => {
  for (const digit of '123') account.repository.push(`tag-${digit}`, { digest: `sha256:${digit.repeat(64)}`, size: 1, context: '' });
  const first = await describeImages({ maxResults: 2 });
  expect(first.imageDetails?.map(({ imageTags }) => imageTags)).toEqual([['tag-1'], ['tag-2']]);
  const second = await describeImages({ maxResults: 2, nextToken: first.nextToken });
  expect([second.imageDetails?.map(({ imageTags }) => imageTags), second.nextToken]).toEqual([[['tag-3']], undefined]);
});

test.each<[string, Partial<DescribeImagesCommandInput>, string]>([
  ['an image', { imageIds: [{ imageTag: 'none' }] }, 'ImageNotFoundException'],
  ['a registry', { registryId: '210987654321' }, 'RepositoryNotFoundException'],
  ['a repository', { repositoryName: 'none' }, 'RepositoryNotFoundException'],
])('rejects missing %s', async (_, input, name) => {
  account.builderRole.statements.push({ Effect: 'Allow', Action: '*', Resource: '*' });
  await expect(describeImages(input)).rejects.toMatchObject({ name });
});

test.each<[string, Partial<DescribeImagesCommandInput>]>([
  ['no repository', { repositoryName: undefined }],
  ['an image without tag and digest', { imageIds: [{}] }],
  ['a page of named images', { imageIds: [{ imageTag: 'tag-1' }], maxResults: 1 }],
])('refuses %s', async (_, input) => {
  await expect(describeImages(input)).rejects.toMatchObject({ name: 'InvalidParameterException' });
});

test('requires the permission for the repository', async () => {
  await expect(describeImages({ repositoryName: 'other' })).rejects.toMatchObject({ name: 'AccessDeniedException' });
});
