/** Codes of OpenSSL and of Node's check of names; a connection error keeps code or text. */
const tlsCodes =
  /^ERR_TLS_CERT|^ERR_SSL_(?!WRONG_VERSION)|^CERT_|^DEPTH_ZERO_|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|certificate|alert (bad|unknown|handshake)/i;

/** Whether a connection failed for a certificate, theirs or ours. */
export const isCertificateFault = (code: string | undefined, message: string): boolean =>
  tlsCodes.test(`${code} ${message}`);
