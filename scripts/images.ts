// Builds every image that the Docker world needs; those whose content is unchanged are there already.
import { main } from '../cli/main.ts';

process.exitCode = await main(['images', 'build']);
