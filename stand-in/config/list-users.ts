import { connect } from './connect';

const LINE = '----------------------------------------';

/** `list-users` */
async function listUsers(): Promise<void> {
  const { User } = await connect();
  const users = await User.find({}, 'email provider avatar username name createdAt');
  console.log('\nUser List:');
  console.log(LINE);
  for (const user of users) {
    console.log(`ID: ${String(user._id)}`);
    console.log(`Email: ${user.email}`);
    console.log(`Username: ${user.username || 'N/A'}`);
    console.log(`Name: ${user.name || 'N/A'}`);
    console.log(`Provider: ${user.provider || 'email'}`);
    console.log(`Created: ${user.createdAt}`);
    console.log(LINE);
  }
  console.log(`\nTotal Users: ${users.length}`);
}

void listUsers().then(() => process.exit(0), (error: Error) => {
  console.error('Error listing users:', error);
  process.exit(1);
});
