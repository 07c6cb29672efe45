// More life data with known answers: tables of R’s survival package and some made to be hard. Figures in referenceFigures.ts.
import { lifeRows } from './lifeTables.ts';

/** 23 patients, weeks of remission: Miller (1981), `aml` of R’s survival. */
export const acuteMyeloid = lifeRows(`
  9 13 13+ 18 23x2 28+ 31 34 45+ 48 161+ 5x2 8x2 12 16+ 27 30 33 43 45
`);

/** 26 patients, days: Edmonson et al. (1979), `ovarian` of R’s survival. */
export const ovarian = lifeRows(`
  59 115 156 421+ 431 448+ 464 475 477+ 563 638 744+ 769+ 770+ 803+ 855+ 1040+ 1106+ 1129+ 1206+ 1227+ 268 329 353 365 377+
`);

/** 432 turbine wheels inspected once for cracks, hundreds of hours: Nelson (1982), p. 409; Meeker & Escobar (1998), table 1.5. Left- and right-censored throughout. */
export const turbineWheels = lifeRows(`
  0-10x4 0-14x2 0-18x7 0-22x5 0-26x9 0-30x9 0-34x6 0-38x22 0-42x21 0-46x21 4+x39 10+x49 14+x31 18+x66 22+x25 26+x30 30+x33 34+x7 38+x12 42+x19
  46+x15
`);

/** 40 motor insulations, hours: Nelson & Hahn (1972), `imotor` of R’s survival. */
export const motorettes = lifeRows(`
  8064+x10 1764 2772 3444 3542 3780 4860 5196 5448+x3 408x4 1344x2 1440 1680+x5 504x3 528+x5
`);

/** 64 glass capacitors, hours: Zelen (1959), `capacitor` of R’s survival. */
export const capacitors = lifeRows(`
  439x2 904x2 1092 1105 572 690 1090 315x4 628 258x2 347 588 959 1065x2 1087 216 455x2 473 241x3 332 380 435 1105+x4 1090+x4 628+x4 588+x4 1087+x4
  473+x4 380+x4 455+x4
`);

/** 167 parts inspected eight times for cracks: Nelson (1982), p. 415; Meeker & Escobar (1998), `cracks` of R’s survival. */
export const partCracking = lifeRows(`
  0-186x5 186-606x16 606-902x12 902-1077x18 1077-1209x18 1209-1377x2 1377-1592x6 1592-1932x17 1932+x73
`);

/** 41 breakdowns, minutes, none censored: Meeker & Escobar (1998), table 19.1 (`ifluid` of R’s survival). */
export const insulatingFluid = lifeRows(`
  5.79 1579.52 2323.7 7.74 17.05 20.46 21.02 22.66 43.4 47.3 139.07 144.12 175.88 194.9 0.19 0.78 0.96 1.31 2.78 3.16 4.15 4.67 4.85 6.5 7.35 8.01
  8.27 12.06 31.75 32.52 33.91 36.71 72.89 0.09 0.39 0.47 0.73 0.74 1.13 1.4 2.38
`);

/** Made: failures and withdrawals at the same five ages. */
export const heavyTies = lifeRows(`
  5x10 10x18 15x17 20x10 5+x10 10+x9 15+x8 20+x13
`);

/** Made: the oldest unit fails last. */
export const lastFails = lifeRows(`
  3 6 9+ 12 20
`);

/** Made: three early failures of 503, a shape far below one. */
export const threeOf503 = lifeRows(`
  100 250 400 1000+x500
`);

/** Made: a million units beside a few hundred failures. */
export const aMillion = lifeRows(`
  12x3 40x10 90x25 365x400 365+x1000000
`);

/** Made: exact, interval-, left- and right-censored rows, some entered late. */
export const everyKind = lifeRows(`
  10x2 0-15x3 10>30-45x4 5>50+x20 60 20-40x2
`);
