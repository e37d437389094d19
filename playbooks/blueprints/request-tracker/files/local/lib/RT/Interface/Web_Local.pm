# Sign-in through the identity provider. Apache's mod_auth_openidc says whose session it is, by the verified mail address.
package RT::Interface::Web;
use strict;
use warnings;
no warnings 'redefine';
use Encode ();

# Whose account: the one with this mail address, whatever it is called here.
sub WebCanonicalizeInfo {
    my $address = RequestENV('REMOTE_USER') or return '';
    my $user = RT::User->new(RT->SystemUser);
    $user->LoadByEmail($address);
    return $user->id ? $user->Name : lc $address;
}

# What a newcomer's account begins with.
sub WebRemoteUserAutocreateInfo {
    my ($address) = @_;
    my $name = Encode::decode('UTF-8', RequestENV('OIDC_CLAIM_name') // '');
    return { Privileged => 1, EmailAddress => $address, RealName => $name };
}

1;
