import { Aspects, CfnResource, type Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { VARIANTS, secretNamed, stackIn } from '../../fixtures/variants';
import { LibreChatConfig, LibreChatDatabase, LibreChatRedis, LibreChatServerless } from '../../src';

/** Findings of the AWS Solutions rules: errors, warnings, and rules that could not be applied. */
function findings(form: (stack: Stack) => LibreChatServerless): string[] {
  const stack = stackIn();
  Aspects.of(form(stack)).add(new AwsSolutionsChecks());
  const annotations = Annotations.fromStack(stack);
  const about = Match.stringLikeRegexp('AwsSolutions-|CdkNagValidationFailure');
  return [...annotations.findError('*', about), ...annotations.findWarning('*', about)]
    .map(({ id, entry }) => `${id}: ${String(entry.data).split(':')[0]}`);
}

test.each(Object.entries(VARIANTS))('cdk-nag has no findings without a reason in the %s variant', (_name, form) => {
  expect(findings(form)).toEqual([]);
});

test('nor with buckets that have other keys', () => {
  expect(findings((stack) => {
    const bucket = new Bucket(stack, 'Mine', { encryptionKey: new Key(stack, 'Key') });
    return new LibreChatServerless(stack, 'Chat', {
      database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
      redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
      filesBucket: bucket,
      config: LibreChatConfig.fromBucket(bucket, 'librechat.yaml'),
    });
  })).toEqual([]);
});

test('nor with a key for all data', () => {
  expect(findings((stack) => new LibreChatServerless(stack, 'Chat', { encryptionKey: new Key(stack, 'Key') }))).toEqual([]);
});

test('permissions that users grant too broadly are still reported', () => {
  expect(findings((stack) => {
    const chat = VARIANTS['no-vpc'](stack);
    chat.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: ['bedrock:*'], resources: ['arn:aws:bedrock:::x/*'] }));
    return chat;
  })).toEqual([
    expect.stringContaining('AwsSolutions-IAM5[Action'),
    expect.stringContaining('AwsSolutions-IAM5[Resource'),
  ]);
});

describe('for cdk-nag 3', () => {
  /** The findings of a variant without the metadata of version 2, as version 3 names them, with their constructs. */
  function unsuppressed(variant: (stack: Stack) => LibreChatServerless): Array<[id: string, construct: IConstruct]> {
    const stack = stackIn();
    const chat = variant(stack);
    for (const construct of chat.node.findAll()) if (CfnResource.isCfnResource(construct)) construct.addMetadata('cdk_nag', undefined);
    Aspects.of(chat).add(new AwsSolutionsChecks());
    const annotations = Annotations.fromStack(stack);
    return [...annotations.findError('*', Match.anyValue()), ...annotations.findWarning('*', Match.anyValue())]
      .map(({ id, entry }) => [nameInVersion3(String(entry.data)), constructAt(stack, id)]);
  }

  function nameInVersion3(text: string): string {
    const [, failed] = /^CdkNagValidationFailure\S* '(.+?)'/.exec(text) ?? [];
    return failed ?? /^AwsSolutions-\w+(\[.+?\](?=:))?/.exec(text)![0];
  }

  function constructAt(stack: Stack, path: string): IConstruct {
    return stack.node.root.node.findAll().find(({ node }) => `/${node.path}` === path)!;
  }

  /** The rules that `Validations.of(construct).acknowledge()` has acknowledged. */
  function acknowledged({ node }: IConstruct): string[] {
    return node.metadata.filter(({ type }) => type === 'aws:cdk:acknowledged-rules').flatMap(({ data }) => Object.keys(data as object));
  }

  test.each(Object.entries(VARIANTS))('each finding in the %s variant is acknowledged', (_name, variant) => {
    const found = unsuppressed(variant);
    expect(found.length).toBeGreaterThan(15);
    const missing = found.filter(([id, construct]) => !acknowledged(construct).includes(`Annotation::${id}`));
    expect(missing.map(([id, { node }]) => `${node.path}: ${id}`)).toEqual([]);
  });
});

test('each explanation is for a rule that would find something', () => {
  const explained = new Set<string>();
  const found = new Set<string>();
  for (const form of Object.values(VARIANTS)) {
    const stack = stackIn();
    form(stack);
    for (const construct of stack.node.findAll()) {
      const metadata = (construct as any).getMetadata?.('cdk_nag');
      metadata?.rules_to_suppress.forEach(({ id }: { id: string }) => explained.add(id));
      if (metadata) (construct as any).addMetadata('cdk_nag', undefined);
    }
    Aspects.of(stack).add(new AwsSolutionsChecks());
    const annotations = Annotations.fromStack(stack);
    for (const { entry } of [...annotations.findError('*', Match.anyValue()), ...annotations.findWarning('*', Match.anyValue())]) {
      for (const [id] of String(entry.data).matchAll(/AwsSolutions-\w+|CdkNagValidationFailure/g)) found.add(id);
    }
  }
  expect([...explained].filter((id) => !found.has(id))).toEqual([]);
});
