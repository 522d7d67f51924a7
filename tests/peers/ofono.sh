# oFono on the modem at $1, texting $2: its driver for phonesim, which speaks AT over TCP and expects no echo.
[ -n "$DBUS_SESSION_BUS_ADDRESS" ] && [ "$3" = inside ] || exec dbus-run-session -- sh "$0" "$1" "$2" inside 2>/dev/null
export DBUS_SYSTEM_BUS_ADDRESS="$DBUS_SESSION_BUS_ADDRESS"
folder=$(mktemp -d)
port=$((20000 + $$ % 20000))
printf '[phonesim]\nDriver=phonesim\nAddress=127.0.0.1\nPort=%s\n' $port >"$folder/phonesim.conf"
printf 'ATE0\r' | socat -t 1 - "FILE:$1,raw,echo=0" >/dev/null
socat "TCP-LISTEN:$port,fork,reuseaddr,bind=127.0.0.1" "FILE:$1,raw,echo=0" & bridge=$!
OFONO_PHONESIM_CONFIG="$folder/phonesim.conf" ofonod -n >/dev/null 2>&1 & daemon=$!
gdbus monitor --session -d org.ofono >"$folder/seen" 2>&1 & monitor=$!
trap 'kill $daemon $bridge $monitor; rm -r "$folder"' EXIT
ask() { path=$1; shift; gdbus call --session -d org.ofono -o "/phonesim$path" -m "org.ofono.$@"; }
sleep 3
ask "" Modem.SetProperty Powered '<true>'
sleep 3
ask "" Modem.SetProperty Online '<true>'
sleep 8
ask "" Modem.GetProperties
ask "" NetworkRegistration.GetProperties
echo "NOW TEXT"
sleep 5
ask "" MessageManager.SetProperty UseDeliveryReports '<true>'
ask "" MessageManager.SendMessage "$2" "hello from oFono"
ask "" MessageManager.SendMessage "$2" "Привет из oFono"
sleep 5
echo "NOW CALL"
sleep 5
ask "" VoiceCallManager.GetCalls
ask /voicecall01 VoiceCall.Answer
sleep 2
ask "" VoiceCallManager.GetCalls
ask /voicecall01 VoiceCall.Hangup
ask "" SupplementaryServices.Initiate '*100#'
cat "$folder/seen"
echo "done"
