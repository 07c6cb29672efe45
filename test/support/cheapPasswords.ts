// Hashes of passwords made here cost a hundredth of what they cost for real: tests sign in hundreds of times.
import { passwordCost } from '../../src/person/password.ts';

passwordCost.N = 2 ** 10;
passwordCost.p = 1;
