# Where the identity provider signs staff in, it alone does: a password set by mail would go around its second factor and
# outlive an account that was closed there. `root` and programs are no members of "Support staff".
package RT::User;
use strict;
use warnings;
no warnings 'redefine';

my $is_password = \&IsPassword;

*IsPassword = sub {
    my ($self) = @_;
    return if RT->Config->Get('WebRemoteUserAuth') && $self->is_support_staff;
    return $is_password->(@_);
};

sub is_support_staff {
    my ($self) = @_;
    my $staff = RT::Group->new(RT->SystemUser);
    $staff->LoadUserDefinedGroup('Support staff');
    return $staff->id && $staff->HasMemberRecursively($self->PrincipalObj);
}

1;
