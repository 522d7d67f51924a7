#!/bin/sh
# comgt's own scripts of old for data cards, against the modem at $1.
exec 2>&1
for script in info sig reg PIN; do
  timeout 30 comgt -d "$1" "$script"
  echo "$script: $?"
done
