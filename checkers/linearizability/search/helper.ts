// What a further thread runs that helps with the search: see workers.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { answersTo, type SharedTasks } from '../../threads.ts';
import { searched, type SearchTask } from './task.ts';

parentPort?.postMessage(answersTo(workerData as SharedTasks<SearchTask>, searched));
