import { createInterface } from 'node:readline';
import { connect } from './connect';
import { askSilently } from './helpers';
import { hashed } from '../server/users';

/** `reset-password`, without arguments: prompts for the address, and for the password twice. */
async function resetPassword(): Promise<number> {
  const { User } = await connect();
  const email = await question('Enter user email: ');
  if (!await User.findOne({ email })) {
    console.error('User not found!');
    return 1;
  }
  for (;;) {
    const password = await askSilently('Enter new password: ');
    if (password.length < 8) {
      console.log('Password must be at least 8 characters! Please try again.');
      continue;
    }
    if (password !== await askSilently('Confirm new password: ')) {
      console.log('Passwords do not match! Please try again.');
      continue;
    }
    await User.updateOne({ email }, { password: await hashed(password), passwordVersion: Date.now() });
    console.log('Password successfully reset!');
    return 0;
  }
}

function question(text: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  return new Promise((resolve) => lines.question(text, (answer) => {
    lines.close();
    resolve(answer);
  }));
}

void resetPassword().then((code) => process.exit(code), (error: Error) => {
  console.error('Error resetting password:', error);
  process.exit(1);
});
