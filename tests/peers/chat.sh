#!/bin/sh
# Dial scripts of the old kind: ppp's chat and wvdial initialise the modem at $1 and dial for data, which it has not.
exec 2>&1
timeout 20 chat -v -s -t 5 '' 'AT' OK 'ATZ' OK 'ATE0Q0V1S0=0&C1&D2+FCLASS=0' OK 'AT+CGDCONT=1,"IP","internet"' OK \
  'AT+CSQ;+CREG?' OK 'ATD*99#' 'NO CARRIER' < "$1" > "$1"
echo "chat: $?"
if command -v wvdial > /dev/null; then
  conf=$(mktemp)
  printf '[Dialer Defaults]\nModem = %s\nBaud = 115200\nInit1 = ATZ\nInit2 = ATQ0 V1 E1 S0=0 &C1 &D2 +FCLASS=0\n%s' "$1" \
    'Phone = *99#
Username = a
Password = a
Dial Attempts = 1
' > "$conf"
  timeout 30 wvdial -C "$conf"
  rm -f "$conf"
fi
