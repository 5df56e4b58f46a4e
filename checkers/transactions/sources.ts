// Where the anomalies of transactions are defined.
export const ADYA = 'Adya, Weak consistency, MIT 1999';
export const ELLE = 'Kingsbury & Alvaro, Elle, VLDB 2020';
export const CERONE_MODELS = 'Cerone, Bernardi & Gotsman, CONCUR 2015';
export const CERONE = 'Cerone & Gotsman, Analysing snapshot isolation, PODC 2016';
