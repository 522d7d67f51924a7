# ModemManager's plugin $3 on the modem at $1, texting $2. It knows no pseudo terminals; its test interface makes a modem of a socket.
[ -n "$DBUS_SESSION_BUS_ADDRESS" ] && [ "$4" = inside ] || exec dbus-run-session -- sh "$0" "$1" "$2" "$3" inside 2>/dev/null
export DBUS_SYSTEM_BUS_ADDRESS="$DBUS_SESSION_BUS_ADDRESS"
# It closes and opens again within half a second; a bridge that lingers would swallow the answers.
socat -t 0.02 "ABSTRACT-LISTEN:abstract\:textback.$$,fork" "FILE:$1,raw,echo=0" & bridge=$!
ModemManager --test-session --test-enable --test-no-udev --test-no-suspend-resume --test-no-qrtr --no-auto-scan \
    --test-plugin-dir="$(dirname "$(find /usr/lib -name libmm-plugin-generic.so | head -1)")" >/dev/null 2>&1 & daemon=$!
trap 'kill $daemon $bridge' EXIT
until_done() { for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "$@" >/dev/null 2>&1 && return; sleep 1; done; }
paths() { "$@" 2>/dev/null | grep -o '/org[^ ]*'; }
until_done gdbus call --session -d org.freedesktop.ModemManager1 -o /org/freedesktop/ModemManager1 \
    -m org.freedesktop.ModemManager1.Test.SetProfile textback "$3" "['abstract:textback.$$']"
until_done mmcli -m any -e
until_done sh -c "mmcli -m any | grep -q 'state: .*registered'"
mmcli -m any | grep -E 'state:|imei:|own:|operator'
echo "NOW TEXT"
sleep 6
for text in $(paths mmcli -m any --messaging-list-sms); do mmcli -s "$text" | grep -E 'number:|text:|state:'; done
for words in "hello from ModemManager" "Привет из ModemManager"; do
    text=$(paths mmcli -m any --messaging-create-sms="text='$words',number='$2',delivery-report-request=yes")
    mmcli -s "$text" --send
done
echo "NOW CALL"
sleep 5
for call in $(paths mmcli -m any --voice-list-calls); do
    mmcli -o "$call" --accept
    sleep 3
    mmcli -o "$call" | grep -E 'number:|state:'
    mmcli -o "$call" --hangup
done
mmcli -m any --3gpp-ussd-initiate='*100#'
echo "done"
