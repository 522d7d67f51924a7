# Device::Gsm (Perl) against the modem at the first argument, with a friend's number in the second. Prints one line for each thing
# that happened.
use strict;
use warnings;
use Device::Gsm;

my ($port, $friend) = @ARGV;
my $modem = Device::Gsm->new(port => $port, log => 'file,/dev/null', pin => '');
$modem->connect(baudrate => 115200) or die "no modem\n";
print 'is ', $modem->imei, ' ', $modem->manufacturer, ' ', $modem->model, "\n";
$modem->register or print "not registered\n";
print 'text from ', $_->sender, ' ', $_->text, "\n" for $modem->messages('SM');
print 'sent ', $modem->send_sms(recipient => $friend, content => 'hello from Device::Gsm'), "\n";
print "done\n";
