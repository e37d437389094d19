#!/usr/bin/perl
# Take over a help desk from support.* datasets: import.pl FOLDER QUEUE, as root.
#
# In: the folder of a complete export (manifest.json, support.*.jsonl, attachments/). Out: a JSON report
# {changed, datasets: {name: {records, made, present, failed, suspended}}, problems, triggers: {became_scrips, done_anyway, left}}; exit 1
# when something failed.
#
# Nobody is told anything: no scrip runs. Who said what when is kept. Each ticket is one database transaction and carries
# its old number, so that a stopped run goes on and a later export only adds what is new. Tickets do not depend on each
# other: as many processes as the host has cores take them over.
use strict;
use warnings;
use lib '/usr/share/request-tracker5/lib', '/usr/local/share/request-tracker5/lib';
use Digest::SHA;
use Encode ();
use JSON::MaybeXS ();
use List::Util qw(uniq);
use MIME::Entity;
use Offramp::Trigger;
use POSIX ();
use RT;

my ($folder, $queue_name) = @ARGV;
my $json = JSON::MaybeXS->new(utf8 => 1, canonical => 1);
my %status = %Offramp::Trigger::STATUS;
my %priority = %Offramp::Trigger::PRIORITY;
my %form = (
    tagger => 'Select-1', multiselect => 'Select-0', textarea => 'Text-1', date => 'Date-1',
);
my (%report, @problems, %triggers, %person, %organization, %field, %suspended);

check_manifest();
RT::LoadConfig();
RT::Init();
{ no warnings "once"; $DBIx::SearchBuilder::PREFER_BIND = 0; } # taking queries apart costs more than it saves here
my $system = RT->SystemUser;
my $queue = RT::Queue->new($system);
$queue->Load($queue_name);
my $staff = RT::Group->new($system);
$staff->LoadUserDefinedGroup('Support staff');
die "there is no queue $queue_name: run site.yml first\n" unless $queue->id && $staff->id;
my $number = own_field('Zendesk id', 'RT::Queue-RT::Ticket');
my $tags = own_field('Tags', 'RT::Queue-RT::Ticket');
my $person_number = own_field('Zendesk id', 'RT::User');
my %ticket = known($number, 'RT::Ticket');
%person = known($person_number, 'RT::User');

each_record('support.organizations', sub { $organization{ $_[0]{id} } = $_[0]{name}; 0 });
each_record('support.users', \&take_person);
each_record('support.groups', \&take_group);
each_record('support.fields', \&take_field);
each_record('support.macros', \&take_macro);
each_record('support.triggers', \&take_trigger);
at_once('support.tickets', \&take_ticket);
keep_out_suspended(); # after their tickets, which are made in their name
compare();

my @changed = grep { $_->{made} || $_->{suspended} } values %report;
my $result = { changed => @changed ? JSON::MaybeXS::true : JSON::MaybeXS::false, datasets => \%report, problems => \@problems, triggers => \%triggers };
print $json->encode($result);
exit(grep({ $_->{failed} || $_->{incomplete} } values %report) ? 1 : 0);

# --- reading ------------------------------------------------------------------------------------------------------------
sub check_manifest {
    open my $file, '<', "$folder/manifest.json" or die "$folder has no manifest.json: the export is not complete\n";
    my $manifest = $json->decode(do { local $/; <$file> });
    for my $name (sort keys %{ $manifest->{datasets} }) {
        my $one = $manifest->{datasets}{$name};
        my $sum = Digest::SHA->new(256)->addfile("$folder/$name.jsonl")->hexdigest;
        die "$name.jsonl is not what was exported: its checksum differs\n" if $sum ne $one->{sha256};
        $report{$name} = { records => $one->{records}, made => 0, present => 0, failed => 0 };
    }
}

# Every record of a dataset in a transaction of its own; `take` says whether something was made. With a share, every
# so many records from that one on.
sub each_record {
    my ($name, $take, $share, $of) = @_;
    return unless $report{$name};
    open my $file, '<', "$folder/$name.jsonl" or die "$name.jsonl: $!\n";
    # Request Tracker logs some refusals and goes on: PostgreSQL would then make a rollback of the commit, and say nothing
    my $refused;
    RT->DatabaseHandle->dbh->{HandleError} = sub { $refused //= { state => $_[1]->state, said => $_[1]->errstr }; 0 };
    while (my $line = <$file>) {
        next if $of && $. % $of != $share;
        my $record = $json->decode($line);
        RT->DatabaseHandle->BeginTransaction;
        $refused = undef;
        my $made = eval { $take->($record) };
        if (my $problem = $refused ? "the database said: $refused->{said}" : $@) {
            stop_where_the_database_does($name, $record->{id}, $refused);
            RT->DatabaseHandle->Rollback('force');
            $report{$name}{failed}++;
            chomp $problem;
            push @problems, "$name $record->{id}: $problem";
            next;
        }
        RT->DatabaseHandle->Commit;
        $report{$name}{ $made ? 'made' : 'present' }++;
    }
}

# A full disk, or a server that went away: no later record would fare better.
sub stop_where_the_database_does {
    my ($name, $id, $refused) = @_;
    return unless $refused && $refused->{state} =~ /^(?:53|57|58|08)/;
    (my $said = $refused->{said}) =~ s/\s*\n\s*/ /g;
    die "stopped at $name $id: the database said: $said; what was taken over before is kept: make room, run it again\n";
}

# `each_record` in several processes, each with its own connection; what they report is added up.
sub at_once {
    my ($name, $take) = @_;
    my $processes = grep { /^processor\s/ } do { open my $info, '<', '/proc/cpuinfo' or die $!; <$info> };
    my @before = @problems;
    disconnect();
    my @parts = map { in_a_process($name, $take, $_, $processes) } 0 .. $processes - 1;
    my @reports = map { local $/; my $from = $_->{from}; $json->decode(<$from> || '{}') } @parts;
    my @failed = grep { waitpid($_->{pid}, 0); $? } @parts;
    RT::ConnectToDatabase();
    @problems = (@before, map { @{ $_->{problems} || [] } } @reports);
    die join '', uniq map { ($_->{stopped} // "a process ended early: run it again\n") } grep { !$_->{counts} } @reports if @failed;
    for my $one (@reports) {
        $report{$name}{$_} += $one->{counts}{$_} // 0 for qw(made present failed);
        %ticket = (%ticket, %{ $one->{tickets} || {} });
    }
}

sub in_a_process {
    my ($name, $take, $share, $of) = @_;
    pipe my $from, my $to or die "pipe: $!\n";
    my $pid = fork // die "fork: $!\n";
    return { pid => $pid, from => $from } if $pid;
    RT::ConnectToDatabase();
    @problems = ();
    my $done = eval { each_record($name, $take, $share, $of); 1 };
    my $said = $done ? { counts => $report{$name}, problems => \@problems, tickets => \%ticket } : { stopped => $@ };
    print $to $json->encode($said);
    close $to;
    POSIX::_exit($done ? 0 : 1); # the parent cleans up
}

sub disconnect {
    RT->DatabaseHandle->Disconnect;
    undef $RT::Handle;
}

sub own_field {
    my ($name, $lookup) = @_;
    my $field = RT::CustomField->new($system);
    $field->LoadByName(Name => $name, LookupType => $lookup, IncludeGlobal => 1, ObjectId => $queue->id);
    die "there is no field $name: run site.yml first\n" unless $field->id;
    return $field;
}

# old number → id here
sub known {
    my ($field, $type) = @_;
    my $sql = 'SELECT content, objectid FROM objectcustomfieldvalues WHERE customfield = ? AND objecttype = ? AND disabled = 0';
    return map { @$_ } @{ RT->DatabaseHandle->dbh->selectall_arrayref($sql, undef, $field->id, $type) };
}

# ISO 8601 in UTC, as datasets have it → as the database has it
sub moment {
    my ($text) = @_;
    my ($day, $time) = $text =~ /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:?00)$/
        or die "not a moment in UTC: $text\n";
    return "$day $time";
}

sub wanted {
    my ($ok, $message) = @_;
    die(($message // 'refused') . "\n") unless $ok;
    return $ok;
}

# --- people -------------------------------------------------------------------------------------------------------------
sub take_person {
    my ($one) = @_;
    $suspended{ $one->{id} } = 1 if $one->{suspended};
    return 0 if $person{ $one->{id} };
    my $name = $one->{email} || "zendesk-$one->{id}";
    my $user = RT::User->new($system);
    $user->LoadByEmail($one->{email}) if $one->{email};
    $user->Load($name) unless $user->id;
    my $made = !$user->id;
    my $answers = $one->{role} ne 'end-user' && $one->{active};
    if ($made) {
        wanted($user->Create(
            Name => $name, EmailAddress => $one->{email}, RealName => $one->{name}, MobilePhone => $one->{phone},
            Organization => $organization{ $one->{organization} // '' }, Comments => $one->{notes},
            Privileged => $answers ? 1 : 0,
        ));
    }
    elsif ($user->FirstCustomFieldValue($person_number)) {
        push @problems, "support.users $one->{id}: has the address of another person, whose tickets it joins";
    }
    wanted($user->SetPrivileged(1)) if $answers && !$user->Privileged;
    wanted($staff->AddMember($user->PrincipalId)) if $answers && !$staff->HasMember($user->PrincipalObj);
    wanted($user->AddCustomFieldValue(Field => $person_number, Value => $one->{id}, RecordTransaction => 0))
        unless $user->FirstCustomFieldValue($person_number);
    $person{ $one->{id} } = $user->id;
    return $made;
}

# Whoever was suspended may neither write nor sign in here: a disabled account has no right.
sub keep_out_suspended {
    for my $id (sort keys %suspended) {
        my $user = RT::User->new($system);
        $user->Load($person{$id}) if $person{$id};
        next if !$user->id || $user->PrincipalObj->Disabled;
        if ($user->Privileged || ($user->FirstCustomFieldValue($person_number) // '') ne $id) {
            push @problems, "support.users $id: was suspended, and has the account of somebody who is not: it stays open";
            next;
        }
        my ($done, $message) = $user->SetDisabled(1);
        if ($done) { $report{'support.users'}{suspended}++; next }
        $report{'support.users'}{failed}++;
        push @problems, "support.users $id: was suspended, and can still write: $message";
    }
}

sub take_group {
    my ($one) = @_;
    my $group = RT::Group->new($system);
    $group->LoadUserDefinedGroup($one->{name});
    my $made = !$group->id;
    wanted($group->CreateUserDefinedGroup(Name => $one->{name}, Description => 'From Zendesk')) if $made;
    for my $id (grep { $_ } map { $person{$_} } @{ $one->{members} }) {
        next if $group->HasMember($id);
        wanted($group->AddMember($id));
        $made = 1;
    }
    return $made;
}

# --- fields and canned answers --------------------------------------------------------------------------------------------
sub take_field {
    my ($one) = @_;
    return 0 if $one->{system};
    my $description = "Zendesk field $one->{id}";
    my $field = RT::CustomField->new($system);
    $field->LoadByCols(Description => $description);
    my $made = !$field->id;
    if ($made) {
        my %values = (LookupType => 'RT::Queue-RT::Ticket', TypeComposite => $form{ $one->{type} } || 'Freeform-1');
        my $taken = RT::CustomField->new($system);
        $taken->LoadByCols(Name => $one->{title}, LookupType => $values{LookupType});
        my $name = $taken->id ? "$one->{title} ($one->{id})" : $one->{title};
        wanted($field->Create(Name => $name, Description => $description, %values));
        wanted($field->AddToObject($queue));
        for my $option (@{ $one->{options} || [] }) {
            wanted($field->AddValue(Name => $option->{value}, Description => $option->{name}));
        }
    }
    $field{ $one->{id} } = $field->id;
    return $made;
}

sub take_macro {
    my ($one) = @_;
    return 0 unless $one->{active};
    my $field = own_article_field('Zendesk id');
    my %have = known($field, 'RT::Article');
    my $text = canned($one);
    push @problems, "support.macros $one->{id}: fill in by hand what Zendesk put in for {{...}}" if $text =~ /\{\{/;
    return 0 if $have{"macro $one->{id}"};
    my @rest = map { "$_->{field}: " . (ref $_->{value} ? $json->encode($_->{value}) : $_->{value} // '') }
        grep { $_->{field} !~ /^comment_/ } @{ $one->{actions} };
    my $article = RT::Article->new($system);
    my $taken = RT::Article->new($system);
    $taken->LoadByCols(Name => $one->{title});
    wanted($article->Create(
        Name => $taken->id ? "$one->{title} ($one->{id})" : $one->{title}, Class => 'Answers',
        Summary => substr(@rest ? 'In Zendesk it also set: ' . join('; ', @rest) : '', 0, 250),
        'CustomField-' . own_article_field('Content')->id => $text,
        'CustomField-' . $field->id => "macro $one->{id}",
    ));
    return 1;
}

# The words of a macro; HTML becomes text, as answers are written in.
sub canned {
    my ($one) = @_;
    my %said = map { $_->{field} => ref $_->{value} ? $_->{value}[-1] : $_->{value} } @{ $one->{actions} };
    return $said{comment_value} if $said{comment_value};
    my $html = $said{comment_value_html} or return '';
    return RT::Interface::Email::ConvertHTMLToText($html);
}

# A trigger that says nothing Request Tracker does not know becomes a scrip; the others are listed.
sub take_trigger {
    my ($one) = @_;
    return 0 unless $one->{active};
    if (my $obstacle = Offramp::Trigger::obstacle($one)) {
        push @{ $triggers{left} }, "$one->{title} ($obstacle)";
        return 0;
    }
    unless (Offramp::Trigger::wanted_actions($one)) {
        push @{ $triggers{done_anyway} }, $one->{title};
        return 0;
    }
    push @{ $triggers{became_scrips} }, $one->{title};
    my $name = substr("Zendesk trigger $one->{id}: $one->{title}", 0, 250);
    my $scrip = RT::Scrip->new($system);
    $scrip->LoadByCols(Description => $name);
    return 0 if $scrip->id;
    my ($applies, $acts) = Offramp::Trigger::code($one);
    wanted($scrip->Create(
        Description => $name, Queue => $queue->id, Stage => 'TransactionCreate', Template => 'Blank',
        ScripCondition => 'User Defined', CustomIsApplicableCode => $applies,
        ScripAction => 'User Defined', CustomPrepareCode => '1', CustomCommitCode => $acts,
    ));
    return 1;
}

sub own_article_field {
    my ($name) = @_;
    my $field = RT::CustomField->new($system);
    $field->LoadByCols(Name => $name, LookupType => 'RT::Class-RT::Article');
    die "there is no field $name: run site.yml first\n" unless $field->id;
    return $field;
}

# --- tickets ------------------------------------------------------------------------------------------------------------
sub take_ticket {
    my ($one) = @_;
    my $ticket = RT::Ticket->new($system);
    my $made = !$ticket{ $one->{id} };
    $made ? make($ticket, $one) : $ticket->Load($ticket{ $one->{id} });
    my %said = map { $_ => 1 } @{ RT->DatabaseHandle->dbh->selectcol_arrayref(
        q{SELECT newvalue FROM transactions WHERE objecttype = 'RT::Ticket' AND objectid = ? AND field = 'zendesk'}, undef, $ticket->id) };
    my @new = grep { !$said{ $_->{id} } } @{ $one->{comments} };
    for my $comment (@new) {
        my $first = $made && $comment == $new[0];
        say_again($ticket, $comment, $first ? 'Create' : $comment->{public} ? 'Correspond' : 'Comment', $first ? $one->{subject} : '');
    }
    if (@new && !$made) {
        $ticket->__Set(Field => 'Status', Value => $status{ $one->{status} });
        $ticket->__Set(Field => 'LastUpdated', Value => moment($one->{updated}));
    }
    $ticket{ $one->{id} } = $ticket->id;
    return @new > 0 || $made;
}

sub make {
    my ($ticket, $one) = @_;
    my ($id, undef, $message) = $ticket->Create(
        Queue => $queue->id, Subject => $one->{subject} || '(no subject)', Status => $status{ $one->{status} } eq 'stalled' ? 'open' : $status{ $one->{status} },
        Requestor => [ name_of($one->{requester}) ], Cc => [ map { name_of($_) } @{ $one->{followers} || [] } ],
        Owner => $person{ $one->{assignee} // '' } || RT->Nobody->id, Priority => $priority{ $one->{priority} // '' } // 0,
        Created => moment($one->{created}), LastUpdated => moment($one->{updated}),
        Creator => $person{ $one->{requester} // '' } || $system->id,
        $one->{status} =~ /^(?:solved|closed)$/ ? (Resolved => moment($one->{updated})) : (),
        _RecordTransaction => 0, DryRun => 0,
    );
    wanted($id, $message);
    add_values($id, $number->id, $one->{id});
    add_values($id, $tags->id, @{ $one->{tags} || [] });
    add_values($id, $field{$_}, values_of($one->{fields}{$_})) for grep { $field{$_} } sort keys %{ $one->{fields} || {} };
    $ticket->Load($id);
    # no ticket may begin like this
    $ticket->__Set(Field => 'Status', Value => 'stalled') if $status{ $one->{status} } eq 'stalled';
}

# A new ticket has none yet: not asking what it has saves a third of the time.
sub add_values {
    my ($id, $field, @values) = @_;
    for my $value (uniq grep { defined && length } @values) {
        wanted(RT::ObjectCustomFieldValue->new($system)->Create(
            CustomField => $field, ObjectType => 'RT::Ticket', ObjectId => $id, Content => $value,
        ));
    }
}

sub values_of { my ($value) = @_; return map { JSON::MaybeXS::is_bool($_) ? ($_ ? 'yes' : 'no') : "$_" } ref $value eq 'ARRAY' ? @$value : $value }

sub name_of {
    my ($old) = @_;
    return () unless $old && $person{$old};
    my $user = RT::User->new($system);
    $user->Load($person{$old});
    return $user->EmailAddress || $user->Name;
}

sub say_again {
    my ($ticket, $comment, $type, $subject) = @_;
    my @attached = grep { $_->{file} } @{ $comment->{attachments} || [] };
    my ($html, @inline) = with_images($comment->{html}, @attached);
    my %inline = map { $_->{id} => 1 } @inline;
    @attached = grep { !$inline{ $_->{id} } } @attached;
    my @text = (Type => $html ? 'text/html' : 'text/plain', Charset => 'UTF-8', Encoding => '8bit',
        Data => [ Encode::encode('UTF-8', $html || $comment->{text}) ]);
    my @body = @inline ? (Type => 'multipart/related') : @text;
    push @problems, "ticket " . $ticket->id . ": the attachment $_->{name} could not be exported"
        for grep { !$_->{file} } @{ $comment->{attachments} || [] };
    my $mail = MIME::Entity->build(@attached ? (Type => 'multipart/mixed') : @body, Subject => Encode::encode('UTF-8', $subject // ''));
    my $body = @attached ? $mail->attach(@body) : $mail;
    $body->attach(@text) if @inline;
    attach($body, $_, Id => content_id($_), Disposition => 'inline') for @inline;
    attach($mail, $_) for @attached;
    my $said = RT::Transaction->new($system);
    wanted($said->Create(
        ObjectType => 'RT::Ticket', ObjectId => $ticket->id, Type => $type, Field => 'zendesk', NewValue => $comment->{id},
        Data => $subject // '', Created => moment($comment->{created}), Creator => $person{ $comment->{author} // '' } || $system->id,
        MIMEObj => $mail, ActivateScrips => 0,
    ));
}

# The text with the images that it shows as parts of the same mail, and which of the files those are.
sub with_images {
    my ($html, @files) = @_;
    return $html unless $html;
    my %file = map { $_->{file} => $_ } @files;
    my %shown;
    $html =~ s{(?<=["'])(attachments/[A-Za-z0-9_-]+)(?=["'])}{
        $file{$1} ? do { $shown{$1} = 1; 'cid:' . content_id($file{$1}) =~ s/[<>]//gr } : $1
    }ge;
    return $html, map { $file{$_} } sort keys %shown;
}

sub content_id { my ($one) = @_; return "<$one->{id}\@attachments.offramp>" }

sub attach {
    my ($mail, $one, @more) = @_;
    my $path = "$folder/$one->{file}";
    my $sum = Digest::SHA->new(256)->addfile($path)->hexdigest;
    die "the attachment $one->{id} is not what was exported: its checksum differs\n" if $sum ne $one->{sha256};
    (my $type = $one->{content_type} // '') =~ s/;.*//;
    # text would be converted to another character set on the way
    $type = 'application/octet-stream' if $type !~ m{^[\w.+-]+/[\w.+-]+$} || $type =~ m{^(?:text|multipart|message)/};
    (my $name = $one->{name}) =~ s/[\x00-\x1f\x7f]/ /g;
    $mail->attach(Path => $path, Type => $type, Filename => Encode::encode('UTF-8', $name), Encoding => 'base64', Disposition => 'attachment', @more);
}

# --- comparing ----------------------------------------------------------------------------------------------------------
# What the datasets hold must be in the database: every ticket, every comment.
sub compare {
    return unless $report{'support.tickets'};
    open my $file, '<', "$folder/support.tickets.jsonl" or die $!;
    my %said = map { $_ => 1 } @{ RT->DatabaseHandle->dbh->selectcol_arrayref(q{SELECT newvalue FROM transactions WHERE field = 'zendesk'}) };
    while (my $line = <$file>) {
        my $one = $json->decode($line);
        my @missing = grep { !$said{ $_->{id} } } @{ $one->{comments} };
        next unless @missing || !$ticket{ $one->{id} };
        push @problems, "support.tickets $one->{id}: " . scalar(@missing) . ' comments are missing';
        $report{'support.tickets'}{incomplete}++;
    }
}
