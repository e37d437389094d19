import pytest

from toolkit.start_commands import instead_of_development, port_of

DEVELOPMENT = """
next dev
next dev -p 3000
npx next dev
node_modules/.bin/vite
vite --host 0.0.0.0
nuxt dev
ng serve
react-scripts start
webpack-dev-server --hot
nodemon server.js
tsx watch src/index.ts
node --watch server.js
npm run dev
yarn dev
pnpm run start:dev
flask run
flask --app board run --debug
FLASK_APP=board flask run
python manage.py runserver 0.0.0.0:8000
python3 backend/manage.py runserver
uvicorn board:app --reload
fastapi dev main.py
php artisan serve
php -S 0.0.0.0:8000 -t public
bin/dev
foreman start -f Procfile.dev
dotnet watch run
cargo watch -x run
cd web && next dev
""".strip().splitlines()
PRODUCTION = """
next start -p $PORT
vite build && node server.js
npm start
npm run start:prod
node server.js
node dist/dev.js
gunicorn --bind 127.0.0.1:$PORT board.wsgi
uvicorn board:app --host 127.0.0.1 --port $PORT
bundle exec puma -C config/puma.rb
exec bin/rails server
php-fpm --nodaemonize
./board serve
celery --app board worker
airflow webserver
mix phx.server
java -jar app.jar
""".strip().splitlines()


@pytest.mark.parametrize("command", DEVELOPMENT)
def test_servers_for_development_are_found(command: str) -> None:
    assert instead_of_development(command)


@pytest.mark.parametrize("command", PRODUCTION)
def test_others_are_not(command: str) -> None:
    assert instead_of_development(command) is None


@pytest.mark.parametrize(
    ("command", "port"),
    [
        ("gunicorn --bind 127.0.0.1:8000 board", 8000),
        ("uvicorn board:app --port 5000", 5000),
        ("PORT=3000 node server.js", 3000),
        ("next start -p 3001", 3001),
        ("gunicorn -b :9000 board", 9000),
        ("next start -p $PORT", None),
        ("node server.js", None),
    ],
)
def test_a_port_in_the_command(command: str, port: int | None) -> None:
    assert port_of(command) == port
