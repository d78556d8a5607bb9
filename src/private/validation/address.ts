import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import { CfnCertificate, type ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { CfnHostedZone, type IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { IConstruct, Node } from 'constructs';
import { mustError, requiresError } from './errors';

/** The region of CloudFront's certificates and web ACLs. */
const EDGE_REGION = 'us-east-1';

export interface Address {
  readonly domainName?: string;
  readonly certificate?: ICertificate;
  readonly hostedZone?: IHostedZone;
}

export function validateAddress(scope: IConstruct, { domainName, certificate, hostedZone }: Address): void {
  if (domainName === undefined) {
    if (certificate) throw requiresError('certificate', '`domainName`');
    if (hostedZone) throw requiresError('hostedZone', '`domainName`');
    return;
  }
  validateDomainName(domainName);
  if (hostedZone) validateZone(domainName, hostedZone);
  if (certificate) validateCertificate(certificate);
  else validateCertificateCanBeCreated(scope, domainName, hostedZone);
}

function validateDomainName(domainName: string): void {
  if (Token.isUnresolved(domainName)) return;
  const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
  if (domainName.length <= 253 && new RegExp(`^(${label}\\.)+${label}$`).test(domainName)) return;
  throw mustError('domainName', 'be a domain name in lower case, such as chat.example.com', domainName);
}

function validateZone(domainName: string, hostedZone: IHostedZone): void {
  const { zoneName } = hostedZone;
  validatePublicZone(hostedZone);
  const zone = zoneName.replace(/\.$/, '');
  if (Token.isUnresolved(zone) || Token.isUnresolved(domainName) || domainName === zone || domainName.endsWith(`.${zone}`)) return;
  throw mustError('domainName', `belong to \`hostedZone\` (${zone})`, domainName);
}

/** Viewers would not find the site, and ACM not the validation record. Whether an imported zone is private is not known. */
function validatePublicZone({ node }: IHostedZone): void {
  const zone = node.defaultChild;
  if (!(zone instanceof CfnHostedZone)) return;
  const vpcs: unknown = Stack.of(zone).resolve(zone.vpcs);
  if (vpcs) throw mustError('hostedZone', 'be a public hosted zone, because CloudFront is outside of VPCs', node.path);
}

/** A domain name belongs to one distribution, in all accounts. */
export function validateUniqueDomain(others: Array<{ readonly url: string; readonly node: Node }>, domainName: string | undefined): void {
  if (domainName === undefined || Token.isUnresolved(domainName)) return;
  const owner = others.find(({ url }) => url === `https://${domainName}`);
  if (owner) throw mustError('domainName', `be used by one LibreChatServerless only (${owner.node.path})`, domainName);
}

function validateCertificate(certificate: ICertificate): void {
  const region = regionOf(certificate);
  if (region === undefined || Token.isUnresolved(region) || region === EDGE_REGION) return;
  throw mustError('certificate', `be in ${EDGE_REGION}, which CloudFront requires`, region);
}

/** The ARN contains the region of an imported certificate; the ARN of one in this app is a token, but its stack is known. */
function regionOf(certificate: ICertificate): string | undefined {
  if (!Token.isUnresolved(certificate.certificateArn)) {
    return Arn.split(certificate.certificateArn, ArnFormat.SLASH_RESOURCE_NAME).region;
  }
  return certificate.node.defaultChild instanceof CfnCertificate ? Stack.of(certificate).region : undefined;
}

function validateCertificateCanBeCreated(scope: IConstruct, domainName: string, hostedZone?: IHostedZone): void {
  if (!hostedZone) throw requiresError('domainName', '`certificate` or `hostedZone`');
  const { region } = Stack.of(scope);
  if (region === EDGE_REGION) return;
  throw mustError('certificate', `be specified unless the region of the stack is ${EDGE_REGION}, for example from another stack:

  const edge = new Stack(app, 'Edge', { env: { account, region: '${EDGE_REGION}' }, crossRegionReferences: true });
  const certificate = new acm.Certificate(edge, 'Certificate', {
    domainName: '${Token.isUnresolved(domainName) ? 'chat.example.com' : domainName}',
    validation: acm.CertificateValidation.fromDns(hostedZone),
  });
  // with crossRegionReferences: true on this stack, too

`, Token.isUnresolved(region) ? 'a stack without a region' : region);
}

export function validateWebAcl(arn: string | undefined): void {
  if (arn === undefined || Token.isUnresolved(arn)) return;
  if (!new RegExp(`^arn:[a-z-]+:wafv2:${EDGE_REGION}:\\d{12}:global/webacl/[^/]+/[^/]+$`).test(arn)) {
    throw mustError('webAclArn', `be the ARN of a global web ACL (scope CLOUDFRONT) in ${EDGE_REGION}`, arn);
  }
}
