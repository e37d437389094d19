resource "aws_db_subnet_group" "main" {
  name       = "harbour"
  subnet_ids = aws_subnet.data[*].id
}

resource "aws_db_instance" "main" {
  identifier     = "harbour"
  engine         = "postgres"
  engine_version = "17"
  instance_class = "db.t4g.medium"
  multi_az       = true

  db_name                     = "harbour"
  username                    = "harbour"
  manage_master_user_password = true

  allocated_storage     = 50
  max_allocated_storage = 200
  storage_encrypted     = true
  kms_key_id            = aws_kms_key.main.arn

  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.data.id]

  backup_retention_period   = 14
  deletion_protection       = true
  final_snapshot_identifier = "harbour-final"
}
