import { connect } from './connect';
import { ask, print } from './helpers';
import { Users } from '../server/users';

/** `create-user [email] [name] [username] [password] [--email-verified=false] [--provider=…]`. Prompts for missing arguments. */
async function createUser(): Promise<number> {
  const { User } = await connect();
  const options = Object.fromEntries(process.argv.slice(2).filter((word) => /^--\S+=/.test(word)).map((word) => word.slice(2).split('=')));
  const words = process.argv.slice(2).filter((word) => !/^--\S+=/.test(word));
  ['--------------------------', 'Create a new user account!', '--------------------------'].forEach((line) => print('purple', line));
  if (process.argv.length < 5) {
    print('orange', 'Usage: npm run create-user -- <email> <name> <username> [--email-verified=false]');
    print('orange', 'Note: if you do not pass in the arguments, you will be prompted for them.');
  }
  if (words.length > 3) print('red', 'Warning: password passed in as argument, this is not secure!');

  const email = words[0] ?? await ask('Email:');
  if (!email.includes('@')) return refuse('Error: Invalid email address!');
  const [preset] = email.split('@');
  const name = words[1] ?? (await ask(`Name: (default is: ${preset})`) || preset);
  const username = words[2] ?? (await ask(`Username: (default is: ${preset})`) || preset);
  let password = words[3] ?? await ask('Password: (leave blank, to generate one)');
  if (!password) {
    password = Math.random().toString(36).slice(-18);
    print('orange', `Your password is: ${password}`);
  }
  const given = options['email-verified'];
  const emailVerified = given === undefined ? (await ask('Email verified? (Y/n, default is Y):')).trim().toLowerCase() !== 'n' : given.toLowerCase() !== 'false';

  if (await User.findOne({ $or: [{ email }, { username }] })) return refuse('Error: A user with that email or username already exists!');
  if (name.length < 3 || password.length < 8) return refuse(`Error: ${name.length < 3 ? 'name' : 'password'} must have ${name.length < 3 ? 3 : 8} characters or more`);
  await new Users({ User }).register({ email, name, username, password, emailVerified, ...(options.provider && { provider: options.provider }) });
  print('green', 'User created successfully!');
  print('green', `Email verified: ${emailVerified}`);
  return 0;
}

function refuse(reason: string): number {
  print('red', reason);
  return 1;
}

void createUser().then((code) => process.exit(code));
