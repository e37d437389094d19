# A trigger of Zendesk's as a scrip of Request Tracker. The scrip's code is one call with the trigger as base64 of its
# JSON: nothing that came from outside is ever Perl.
package Offramp::Trigger;
use strict;
use warnings;
use JSON::MaybeXS ();
use List::Util qw(all any uniq);
use MIME::Base64 ();

our %STATUS = (new => 'new', open => 'open', pending => 'stalled', hold => 'stalled', solved => 'resolved', closed => 'resolved');
our %PRIORITY = (low => 20, normal => 40, high => 60, urgent => 80);
my $json = JSON::MaybeXS->new(utf8 => 1, canonical => 1);

# field → what of a ticket and a transaction it compares with
my %look = (
    update_type => sub { $_[1]->Type eq 'Create' ? 'Create' : 'Change' },
    status => sub { $_[0]->Status },
    priority => sub { $_[0]->Priority },
    current_tags => sub { [ tags($_[0]) ] },
    subject_includes_word => sub { [ words($_[0]->Subject) ] },
    comment_includes_word => sub { my $said = $_[1]->ContentObj; [ words($said ? $said->Content : '') ] },
    comment_is_public => sub { $_[1]->Type eq 'Comment' ? 'false' : 'true' },
);
my %act = (
    status => sub { my ($ticket, $value) = @_; $ticket->SetStatus($STATUS{$value}) if $ticket->Status ne $STATUS{$value} },
    priority => sub { my ($ticket, $value) = @_; $ticket->SetPriority($PRIORITY{$value}) if $ticket->Priority != $PRIORITY{$value} },
    current_tags => sub { my ($ticket, $value) = @_; add_tags($ticket, split ' ', $value) },
    set_tags => sub { my ($ticket, $value) = @_; my @new = split ' ', $value; drop_tags($ticket, \@new); add_tags($ticket, @new) },
    remove_tags => sub {
        my ($ticket, $value) = @_;
        my %gone = map { $_ => 1 } split ' ', $value;
        drop_tags($ticket, [ grep { !$gone{$_} } tags($ticket) ]);
    },
);

# What keeps a trigger from becoming a scrip, '' where nothing does. Mail to requester and owner is none of its
# business here: Request Tracker sends that anyway.
sub obstacle {
    my ($one) = @_;
    my @actions = wanted_actions($one);
    return 'it does nothing' unless @{ $one->{actions} || [] };
    for my $condition (map { @{ $one->{conditions}{$_} || [] } } qw(all any)) {
        return "condition $condition->{field}" unless $look{ $condition->{field} } && defined test($condition);
    }
    for my $action (@actions) {
        return "action $action->{field}" unless $act{ $action->{field} } && !ref $action->{value};
        my $known = { status => \%STATUS, priority => \%PRIORITY }->{ $action->{field} };
        return "action $action->{field} $action->{value}" if $known && !$known->{ $action->{value} // '' };
    }
    return '';
}

sub wanted_actions {
    my ($one) = @_;
    return grep { !($_->{field} eq 'notification_user' && ref $_->{value} && $_->{value}[0] =~ /^(?:requester|assignee)_id$/) }
        @{ $one->{actions} || [] };
}

# The scrip's two pieces of code.
sub code {
    my ($one) = @_;
    my $text = MIME::Base64::encode_base64($json->encode({ conditions => $one->{conditions}, actions => [ wanted_actions($one) ] }), '');
    return map { "require Offramp::Trigger; Offramp::Trigger::$_(\$self, '$text')" } qw(applies acts);
}

sub applies {
    my ($self, $text) = @_;
    my ($ticket, $said) = ($self->TicketObj, $self->TransactionObj);
    return 0 if $said->Creator == RT->SystemUser->id; # what triggers do sets off none
    my $conditions = $json->decode(MIME::Base64::decode_base64($text))->{conditions};
    my $holds = sub { test($_[0])->($look{ $_[0]{field} }->($ticket, $said)) };
    my ($all, $any) = map { $conditions->{$_} || [] } qw(all any);
    return (all { $holds->($_) } @$all) && (!@$any || any { $holds->($_) } @$any) ? 1 : 0;
}

sub acts {
    my ($self, $text) = @_;
    $act{ $_->{field} }->($self->TicketObj, $_->{value}) for @{ $json->decode(MIME::Base64::decode_base64($text))->{actions} };
    return 1;
}

# A condition as a question about one value or a list; undef where it cannot be one.
sub test {
    my ($condition) = @_;
    my ($field, $operator, $value) = @$condition{qw(field operator value)};
    return if ref $value && !JSON::MaybeXS::is_bool($value);
    $value = $value ? 'true' : 'false' if JSON::MaybeXS::is_bool($value);
    my $known = { status => \%STATUS, priority => \%PRIORITY }->{$field};
    return if $known && !exists $known->{ $value // '' };
    $value = $known->{$value} if $known;
    my %any = map { $_ => 1 } words($value);
    my $has = sub { ref $_[0] ? any { $any{ lc $_ } } @{ $_[0] } : 0 };
    return {
        is => sub { ref $_[0] ? $has->($_[0]) : $_[0] eq $value },
        is_not => sub { ref $_[0] ? !$has->($_[0]) : $_[0] ne $value },
        includes => $has,
        not_includes => sub { !$has->($_[0]) },
    }->{ $operator // '' };
}

sub words { return map { lc } grep { length } split /[^\w-]+/, $_[0] // '' }

sub tags { return map { $_->Content } @{ $_[0]->CustomFieldValues('Tags')->ItemsArrayRef } }

sub add_tags {
    my ($ticket, @new) = @_;
    my %have = map { $_ => 1 } tags($ticket);
    $ticket->AddCustomFieldValue(Field => 'Tags', Value => $_) for grep { !$have{$_} } uniq @new;
}

sub drop_tags {
    my ($ticket, $kept) = @_;
    my %kept = map { $_ => 1 } @$kept;
    $ticket->DeleteCustomFieldValue(Field => 'Tags', Value => $_) for grep { !$kept{$_} } tags($ticket);
}

1;
