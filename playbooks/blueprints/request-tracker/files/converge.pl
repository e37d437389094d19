#!/usr/bin/perl
# Bring Request Tracker's queues, fields, people and rights to the described state: converge.pl, as root.
#
# In: JSON on stdin {root_password, api_password, queue, correspond, comment}. Out: a JSON list of what was changed, []
# when nothing was. On failure a sentence on stderr. Whatever else was configured by hand is left alone.
use strict;
use warnings;
use lib '/usr/share/request-tracker5/lib';
use JSON ();
use RT;

my $wanted = JSON->new->utf8->decode(do { local $/; <STDIN> });
my @changed;

RT::LoadConfig();
RT::Init();
my $system = RT->SystemUser;

# Everybody may write in; who wrote sees the answer; staff do the rest.
my @everyone  = qw(SeeQueue CreateTicket ReplyToTicket);
my @requestor = qw(ShowTicket ReplyToTicket);
my @staff     = qw(
    SeeQueue ShowTicket ShowTicketComments ShowOutgoingEmail CreateTicket ReplyToTicket CommentOnTicket ModifyTicket
    OwnTicket TakeTicket StealTicket ReassignTicket Watch WatchAsAdminCc ForwardMessage SeeCustomField
    ModifyCustomField DeleteTicket
);
my @staff_everywhere = qw(
    ModifySelf SeeGroup SeeSelfServiceGroupTicket ShowUserHistory SeeCustomField LoadSavedSearch CreateSavedSearch
    EditSavedSearches ShowSavedSearches SeeDashboard SeeOwnDashboard ModifyOwnDashboard CreateOwnDashboard
    SeeClass ShowArticle ShowArticleHistory CreateArticle ModifyArticle
);

password('root', $wanted->{root_password});
user('offramp-api', { Privileged => 1, RealName => 'Ticket API' });
password('offramp-api', $wanted->{api_password});

my $queue = queue($wanted->{queue}, 'Questions of the platform\'s users');
my $spam  = queue('Spam', 'Mail the filter marked as spam: nobody was answered or told');
my $staff = group('Support staff', 'Everybody who answers tickets');

field($_->[0], 'RT::Queue-RT::Ticket', $_->[1], $_->[2]) for (
    ['Zendesk id', 'Freeform-1', 'Number of the ticket in Zendesk'],
    ['Tags', 'Freeform-0', 'Tags'],
);
field('Zendesk id', 'RT::User', 'Freeform-1', 'Number of the person in Zendesk');
my $class = class('Answers', 'Canned answers and help-centre articles');
my $content = field('Content', 'RT::Class-RT::Article', 'Text-1', 'Text of the article', $class);
field('Zendesk id', 'RT::Class-RT::Article', 'Freeform-1', 'Number of the macro or article in Zendesk', $class);
text_alone($class, $content);

template('PasswordReset', 'How somebody gets a password', <<'END');
Subject: A password for { RT->Config->Get('WebDomain') }

Somebody, probably you, asked for a password with which you see and answer your questions here:

{ RT->Config->Get('WebURL') }NoAuth/ResetPassword/Reset/{ $Token }/{ $User->id }

The link works for four hours. If it was not you, do nothing: nothing has changed.
END

my $everybody = system_group('Everyone');
grant($everybody, $queue, @everyone);
grant($everybody, $spam, 'CreateTicket');
grant($everybody, $class, 'SeeClass', 'ShowArticle');
grant(programs(), $queue, 'SeeCustomField', 'ModifyCustomField');
grant(requestors(), $queue, @requestor);
grant($staff, $_, @staff) for $queue, $spam;
grant($staff, RT->System, @staff_everywhere);
grant(system_group('Privileged'), RT->System, 'ModifySelf');
grant(system_group('Unprivileged'), RT->System, 'ModifySelf');
hear($queue, $staff);
unanswered($spam);

print JSON->new->utf8->canonical->encode(\@changed);

# --- one kind of thing each: nothing happens where it is as wanted ------------------------------------------------------
sub done {
    my ($what, $ok, $message) = @_;
    die "$what: " . ($message // 'refused') . "\n" unless $ok;
    push @changed, $what;
    return $ok;
}

sub password {
    my ($name, $password) = @_;
    my $user = RT::User->new($system);
    $user->Load($name);
    return if $user->IsPassword($password);
    done("password of $name", $user->SetPassword($password));
}

sub user {
    my ($name, $values) = @_;
    my $user = RT::User->new($system);
    $user->Load($name);
    done("user $name", $user->Create(Name => $name, %$values)) unless $user->id;
}

sub queue {
    my ($name, $description) = @_;
    my $queue = RT::Queue->new($system);
    $queue->Load($name);
    if (!$queue->id) {
        done("queue $name", $queue->Create(Name => $name, Description => $description));
    }
    for my $pair ([CorrespondAddress => $wanted->{correspond}], [CommentAddress => $wanted->{comment}]) {
        my ($field, $value) = @$pair;
        my $set = "Set$field";
        done("$field of $name", $queue->$set($value)) if ($queue->$field // '') ne $value;
    }
    done("service levels of $name", $queue->SetSLADisabled(0)) if $name eq $wanted->{queue} && $queue->SLADisabled;
    return $queue;
}

sub group {
    my ($name, $description) = @_;
    my $group = RT::Group->new($system);
    $group->LoadUserDefinedGroup($name);
    done("group $name", $group->CreateUserDefinedGroup(Name => $name, Description => $description)) unless $group->id;
    return $group;
}

# what the ticket API may do: its tags are a field
sub programs {
    my $group = group('Programs', 'Applications that open tickets');
    my $user = RT::User->new($system);
    $user->Load('offramp-api');
    done('offramp-api is a program', $group->AddMember($user->PrincipalId)) unless $group->HasMember($user->PrincipalObj);
    return $group;
}

sub class {
    my ($name, $description) = @_;
    my $class = RT::Class->new($system);
    $class->Load($name);
    if (!$class->id) {
        done("articles $name", $class->Create(Name => $name, Description => $description));
        $class->AddToObject(RT::Queue->new($system));
    }
    return $class;
}

sub field {
    my ($name, $lookup, $type, $description, $object) = @_;
    my $field = RT::CustomField->new($system);
    $field->LoadByName(Name => $name, LookupType => $lookup, IncludeGlobal => 1, ObjectId => $object ? $object->id : 0);
    if (!$field->id) {
        my %values = (Name => $name, LookupType => $lookup, TypeComposite => $type, Description => $description);
        done("field $name of $lookup", $field->Create(%values));
    }
    $object ||= $lookup eq 'RT::User' ? RT::User->new($system) : RT::Queue->new($system);
    done("field $name applies", $field->AddToObject($object)) unless $field->IsGlobal || $field->IsAdded($object->id || 0);
    return $field;
}

# Of a canned answer its text goes into the mail: not its name, not what it is about, not its old number.
sub text_alone {
    my ($class, $content) = @_;
    my $fields = $class->ArticleCustomFields;
    my @skipped = qw(Name Summary LinkToTicket);
    while (my $field = $fields->Next) {
        push @skipped, 'CF-Title-' . $field->id, $field->id == $content->id ? () : 'CF-Value-' . $field->id;
    }
    for my $part (grep { !$class->FirstAttribute("Skip-$_") } @skipped) {
        done("answers without $part", $class->SetAttribute(Name => "Skip-$part", Content => 1));
    }
}

# a text of whose words somebody may have changed since: only made where it is missing
sub template {
    my ($name, $description, $content) = @_;
    my $template = RT::Template->new($system);
    return if $template->LoadGlobalTemplate($name);
    my %values = (Queue => 0, Type => 'Perl', Name => $name, Description => $description, Content => $content);
    done("template $name", $template->Create(%values));
}

sub system_group {
    my ($name) = @_;
    my $group = RT::Group->new($system);
    $group->LoadSystemInternalGroup($name);
    return $group;
}

sub requestors {
    my $group = RT::Group->new($system);
    $group->LoadRoleGroup(Object => RT->System, Name => 'Requestor');
    return $group;
}

sub grant {
    my ($group, $object, @rights) = @_;
    my $type = $group->Domain =~ /-Role$/ ? $group->Name : 'Group';
    for my $right (@rights) {
        next if RT::ACE->new($system)->LoadByValues(
            PrincipalType => $type, PrincipalId => $group->PrincipalId, RightName => $right, Object => $object,
        );
        my $name = ref($object) eq 'RT::System' ? 'everywhere' : 'on ' . $object->Name;
        done($group->Name . " $right $name", $group->PrincipalObj->GrantRight(Right => $right, Object => $object));
    }
}

# staff hear of new and answered tickets
sub hear {
    my ($queue, $group) = @_;
    my %watcher = (Type => 'AdminCc', PrincipalId => $group->PrincipalId);
    done($group->Name . ' hears of ' . $queue->Name, $queue->AddWatcher(%watcher))
        unless $queue->IsWatcher(%watcher);
}

# No scrip acts on spam: what is global goes to every other queue instead, one by one.
sub unanswered {
    my ($spam) = @_;
    my $scrips = RT::Scrips->new($system);
    $scrips->LimitToGlobal;
    my $queues = RT::Queues->new($system);
    $queues->UnLimit;
    my @others = grep { $_->id != $spam->id } @{ $queues->ItemsArrayRef };
    for my $scrip (@{ $scrips->ItemsArrayRef }) {
        next unless $scrip->ActionObj->Name =~ /^(?:Autoreply|Notify)/;
        done('quiet: ' . ($scrip->Description || $scrip->id), $scrip->RemoveFromObject(0));
        $scrip->AddToObject(ObjectId => $_->id) for @others;
    }
}
