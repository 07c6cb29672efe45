/** The last number given out per kind and year. */
export interface DocumentNumberRow {
  kind: string;
  year: number;
  last_no: number;
}

export interface DbTables {
  document_numbers: DocumentNumberRow;
}
