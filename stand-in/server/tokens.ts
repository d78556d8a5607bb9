import { createHmac, timingSafeEqual } from 'node:crypto';

/** The claims of a token. */
export interface Claims {
  readonly id: string;
  readonly email: string;
  readonly exp: number;
}

const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signatureOf(content: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(content).digest();
}

/** Creates a JSON Web Token (HS256), which every process with the secret can verify. */
export function signToken(user: { id: string; email: string }, secret: string, seconds: number): string {
  const now = Math.floor(Date.now() / 1000);
  const content = `${HEADER}.${encode({ id: user.id, email: user.email, iat: now, exp: now + seconds })}`;
  return `${content}.${signatureOf(content, secret).toString('base64url')}`;
}

/** The token's claims, if it is valid and has not expired. */
export function verifyToken(token: string, secret: string): Claims | undefined {
  const [header, payload, signature] = token.split('.');
  if (header !== HEADER || !payload || !signature) return undefined;
  const expected = signatureOf(`${header}.${payload}`, secret);
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
  return claims.exp > Date.now() / 1000 ? claims : undefined;
}
