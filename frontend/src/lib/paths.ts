/** Item ids are the ERP's codes: any text. */
export const materialPath = (itemId: string) => `/materials/${encodeURIComponent(itemId)}`;
